"""Phone numbers in E.164: a plus sign, the country's calling code, the number; at most 15 digits. Pure.

Known here is which calling codes are assigned (ITU-T E.164, list of assigned country codes, position of 2016 with later amendments), not how many digits
each country gives its numbers: whether a number exists is what the message sent to it shows. The package that knows more weighs 30 MB in memory.
"""

from __future__ import annotations

import re

SEPARATORS = re.compile(r"[\s\u00a0\u202f().\-\u2010-\u2013/]+")
SHAPE = re.compile(r"\+[1-9][0-9]{7,14}")
ONE = "17"  # North America and its neighbours; Russia and Kazakhstan
TWO = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
THREE = """
211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253
254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378
380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678
679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993
994 995 996 998
"""  # the worldwide codes 800, 808, 870, 878, 881-883, 979 are no person's phone, and some cost a fortune to write to
CALLING_CODES = frozenset([*ONE, *TWO.split(), *THREE.split()])


def normalized(text: str) -> str | None:
    """The number in E.164, or None when it isn't one. "+91 98765-43210" and "0091 98765 43210" are the same number; without a calling code it is none."""
    number = SEPARATORS.sub("", text.strip())
    if number.startswith("00"):
        number = "+" + number[2:]
    if not SHAPE.fullmatch(number) or not any(number[1 : 1 + length] in CALLING_CODES for length in (1, 2, 3)):
        return None
    return number
