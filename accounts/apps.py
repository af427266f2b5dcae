from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from .web import signals  # noqa: F401  (keeps e-mail verification in step)
