"""Signs that Dart or Swift code runs on somebody's device or on a server: packages, names, folders, manifests.

Sources: Flutter's and Dart's documentation, the pub.dev pages of each package; Apple's documentation of its frameworks;
the manifests of vapor, hummingbird and their kin.
"""

from __future__ import annotations

import re

from msgspec import Struct

from lk_audit.patterns import regex


class AppLanguage(Struct, frozen=True):
    """A language of applications for devices.

    `client_packages` are imported by applications only, as are those whose names match `client_names`;
    `server_packages` and what is called by one of `server_names` by programs on a server; `otherwise` is what a file
    without any of these is, where nothing says so: None when that tells nothing.
    """

    client_packages: frozenset[str]
    client_names: re.Pattern[str]
    server_packages: frozenset[str]
    server_names: frozenset[str]
    server_folders: re.Pattern[str]
    otherwise: str | None


_NEVER = regex(r"(?!)")
APP_LANGUAGES: dict[str, AppLanguage] = {
    "dart": AppLanguage(
        client_packages=frozenset(
            {
                "flutter",
                "livekit_client",
                "livekit_components",
                "dart:ui",
                "dart:html",
                "get",
                "provider",
                "hive_flutter",
            }
            | {"shared_preferences", "path_provider", "permission_handler", "firebase_auth", "firebase_core"}
            | {"cloud_firestore", "google_fonts", "go_router", "get_it", "injectable", "jaspr", "package_info_plus"}
        ),
        client_names=regex(r"^(?:flutter_|.+_flutter$|hooks_riverpod$)"),
        server_packages=frozenset(
            {
                "shelf",
                "shelf_router",
                "shelf_static",
                "shelf_plus",
                "dart_frog",
                "serverpod",
                "alfred",
                "angel3_framework",
            }
            | {"angel_framework", "conduit", "conduit_core", "aqueduct", "jaguar", "get_server", "functions_framework"}
            | {"firebase_functions", "firebase_admin", "dart_firebase_admin", "vania", "spry", "relic", "args"}
            | {"dart_appwrite", "google_cloud_functions", "postgres", "mongo_dart", "dotenv", "dia"}
            | {"start", "redstone", "rpc", "lucifer", "minerva", "arcade", "zenith", "pharaoh"}
        ),
        server_names=frozenset(
            {"HttpServer.bind", "dart:io.HttpServer.bind", "ServerSocket.bind", "stdin.readLineSync", "stdout.writeln"}
            | {"stdout.write", "exit", "stderr.writeln"}
        ),
        server_folders=regex(r"(?:^|/)(?:bin|tool|server|backend|functions|routes|api)/"),
        otherwise="Dart without a server framework: it is part of an application on its user's device",
    ),
    "swift": AppLanguage(
        client_packages=frozenset(
            {
                "SwiftUI",
                "UIKit",
                "AppKit",
                "WatchKit",
                "Cocoa",
                "LiveKit",
                "LiveKitWebRTC",
                "LiveKitComponents",
                "WebRTC",
            }
            | {"AVFoundation", "AVKit", "CallKit", "PushKit", "ARKit", "RealityKit", "ReplayKit", "StoreKit", "Combine"}
            | {"CryptoKit", "CommonCrypto", "UserNotifications", "WebKit", "MapKit", "CoreLocation", "SwiftData"}
            | {"CoreData", "FirebaseAuth", "FirebaseCore", "Flutter", "React", "Observation", "KeychainAccess"}
        ),
        client_names=_NEVER,
        server_packages=frozenset(
            {"Vapor", "Hummingbird", "HummingbirdCore", "HummingbirdAuth", "Kitura", "PerfectHTTP", "PerfectLib"}
            | {"NIOHTTP1", "NIO", "NIOCore", "AWSLambdaRuntime", "AWSLambdaEvents", "Fluent", "Leaf", "ArgumentParser"}
            | {"VaporJWT", "Smoke", "SmokeOperations", "Noze", "Express", "FlyingFox", "Swifter", "XCTVapor"}
        ),
        server_names=frozenset(),
        server_folders=regex(r"(?:^|/)(?:Server|Backend|server|backend)/"),
        otherwise=None,
    ),
}
DEVICE_BUILDS: dict[str, str] = {
    "flutter_dotenv": "flutter_dotenv",
    "String.fromEnvironment": "--dart-define",
    "Info.plist": "Info.plist",
}
"""Ways of reading a setting that is part of the application where the code is, by accessor: what does it."""
