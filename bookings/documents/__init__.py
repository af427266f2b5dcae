"""What a booking is on paper, in calendars, in mail and to programs: words, PDF, iCalendar, schema.org, the token of its QR code. No database here."""
