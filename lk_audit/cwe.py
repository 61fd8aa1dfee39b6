"""The weaknesses of the Common Weakness Enumeration (cwe.mitre.org) that rules refer to."""

from __future__ import annotations

NAMES: dict[int, str] = {
    200: "Exposure of Sensitive Information to an Unauthorized Actor",
    250: "Execution with Unnecessary Privileges",
    269: "Improper Privilege Management",
    276: "Incorrect Default Permissions",
    287: "Improper Authentication",
    306: "Missing Authentication for Critical Function",
    312: "Cleartext Storage of Sensitive Information",
    319: "Cleartext Transmission of Sensitive Information",
    321: "Use of Hard-coded Cryptographic Key",
    345: "Insufficient Verification of Data Authenticity",
    347: "Improper Verification of Cryptographic Signature",
    489: "Active Debug Code",
    521: "Weak Password Requirements",
    522: "Insufficiently Protected Credentials",
    532: "Insertion of Sensitive Information into Log File",
    598: "Use of GET Request Method With Sensitive Query Strings",
    613: "Insufficient Session Expiration",
    639: "Authorization Bypass Through User-Controlled Key",
    668: "Exposure of Resource to Wrong Sphere",
    682: "Incorrect Calculation",
    732: "Incorrect Permission Assignment for Critical Resource",
    798: "Use of Hard-coded Credentials",
    862: "Missing Authorization",
    863: "Incorrect Authorization",
    915: "Improperly Controlled Modification of Dynamically-Determined Object Attributes",
    922: "Insecure Storage of Sensitive Information",
    1287: "Improper Validation of Specified Type of Input",
    1392: "Use of Default Credentials",
}


def url(number: int) -> str:
    """The page of a weakness."""
    return f"https://cwe.mitre.org/data/definitions/{number}.html"


def title(number: int) -> str:
    """`CWE-613: Insufficient Session Expiration`; without a name where none is known."""
    name = NAMES.get(number)
    return f"CWE-{number}: {name}" if name else f"CWE-{number}"
