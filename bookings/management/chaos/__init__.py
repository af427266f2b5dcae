"""What `manage.py chaos` is made of: a world to book in, hands that book and are killed, things that break, and the sums afterwards."""
