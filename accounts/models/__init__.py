"""People and what they tell us of themselves."""

from .consent import Consent
from .document import TravelDocument, TravelerDocument, TravelerDocumentCheck, UserDocument, UserDocumentCheck
from .notification import Notification
from .profile import TravelPreferences, UserProfile
from .session import RefreshToken
from .traveler import Traveler, TravelerPreference, TravelerTransition
from .user import User, UserManager
from .wallet import Wallet, WalletNonce

__all__ = [
    "Consent",
    "Notification",
    "RefreshToken",
    "TravelDocument",
    "TravelPreferences",
    "Traveler",
    "TravelerDocument",
    "TravelerDocumentCheck",
    "TravelerPreference",
    "TravelerTransition",
    "User",
    "UserDocument",
    "UserDocumentCheck",
    "UserManager",
    "UserProfile",
    "Wallet",
    "WalletNonce",
]
