from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from allauth.mfa.totp.forms import ActivateTOTPForm
        from allauth.mfa.totp.internal.auth import TOTP
        from allauth.mfa.webauthn.internal import auth as passkeys

        from travelplanner.core import periodic

        from .actions import devices, wallets
        from .web import second_factor, signals  # noqa: F401  (signals registers itself)

        passkeys.get_server = second_factor.passkey_server
        TOTP._mark_code_used = second_factor.mark_code_used
        ActivateTOTPForm.clean_code = second_factor.clean_first_code
        periodic.register("prune_devices", every=86400, run=devices.prune_devices)
        periodic.register("prune_wallet_nonces", every=86400, run=wallets.prune_nonces)
        _papers()
        _notifications()


def _papers() -> None:
    """Sealed files and what watches over the days on which papers end."""
    from travelplanner.core import periodic, private_files, rotation

    from .actions import document_reminders
    from .queries.second_factor_secrets import secret_rows

    private_files.register("accounts.UserDocument", "file_key")
    private_files.register("accounts.TravelerDocument", "file_key")
    rotation.register(secret_rows)
    periodic.register("expire_documents", every=3600, run=document_reminders.expire_documents)
    periodic.register("remind_of_expiring_documents", every=3600, run=document_reminders.remind_of_expiry)


def _notifications() -> None:
    """What we tell people, in the app and by mail."""
    from travelplanner.core import outbox, periodic

    from .actions import notifications

    outbox.register_kind(notifications.KIND, outbox.send_mail, settle=notifications.note_mail)
    periodic.register("deliver_notifications", every=5, run=notifications.deliver_notifications)
    periodic.register("prune_notifications", every=86400, run=notifications.prune_notifications)
