package dev.heddle.proxy.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Versions and algorithms (`TlsParameters`).
///
/// @param ciphers of TLS 1.2, in order of preference, by OpenSSL's names; those of TLS 1.3 are not
///   chosen: all three are good
/// @param groups for the key exchange, in order of preference, by OpenSSL's names
public record TlsParameters(
        TlsVersion least, TlsVersion greatest, List<String> ciphers, List<String> groups) {

    /// All that this proxy would use, by OpenSSL's name, with the JDK's: no RC4, no 3DES, nothing
    /// anonymous or without encryption. Those with CBC or without forward secrecy are used only
    /// where they are asked for.
    private static final Map<String, String> KNOWN =
            Map.ofEntries(
                    Map.entry(
                            "ECDHE-ECDSA-AES128-GCM-SHA256",
                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                    Map.entry(
                            "ECDHE-ECDSA-AES256-GCM-SHA384",
                            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
                    Map.entry(
                            "ECDHE-ECDSA-CHACHA20-POLY1305",
                            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
                    Map.entry(
                            "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                    Map.entry(
                            "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
                    Map.entry(
                            "ECDHE-RSA-CHACHA20-POLY1305",
                            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
                    Map.entry("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
                    Map.entry("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
                    Map.entry("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
                    Map.entry("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
                    Map.entry("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
                    Map.entry("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
                    Map.entry("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
                    Map.entry("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"));

    private static final List<String> OF_TLS_1_3 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /// Envoy's ciphers.
    public static final List<String> CIPHERS =
            List.of(
                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "ECDHE-RSA-AES128-GCM-SHA256",
                    "ECDHE-RSA-CHACHA20-POLY1305",
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384");

    /// A recording of today is no use to a quantum computer of tomorrow, with the first one; the
    /// others are for peers that do not have it.
    public static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256");

    /// Groups that can be asked for, by OpenSSL's name, with the JDK's.
    private static final Map<String, String> KNOWN_GROUPS =
            Map.of(
                    "X25519MLKEM768", "X25519MLKEM768",
                    "X25519", "x25519",
                    "P-256", "secp256r1",
                    "P-384", "secp384r1",
                    "P-521", "secp521r1");

    /// TLS 1.2 and 1.3 with Envoy's ciphers.
    public static final TlsParameters USUAL =
            new TlsParameters(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3, CIPHERS, GROUPS);

    public TlsParameters {
        if (least.compareTo(greatest) > 0) {
            throw new IllegalArgumentException(
                    "least: " + least + " (expected: at most " + greatest + ")");
        }
        ciphers = List.copyOf(ciphers);
        groups = List.copyOf(groups);
    }

    /// Whether a cipher of that name can be used.
    public static boolean isCipher(String name) {
        return KNOWN.containsKey(name);
    }

    /// Whether a group of that name can be used.
    public static boolean isGroup(String name) {
        return KNOWN_GROUPS.containsKey(name);
    }

    List<String> versions() {
        var versions = new ArrayList<String>();
        for (TlsVersion version : TlsVersion.values()) {
            if (version.compareTo(least) >= 0 && version.compareTo(greatest) <= 0) {
                versions.add(version.text());
            }
        }
        return versions;
    }

    /// For the library: ciphers of both versions, even where one is not spoken, as the list must
    /// not be empty for either.
    List<String> suites(TlsProvider provider) {
        var suites = new ArrayList<String>();
        if (greatest == TlsVersion.TLS_1_3) {
            suites.addAll(OF_TLS_1_3);
        }
        for (String cipher : ciphers) {
            suites.add(
                    switch (provider) {
                        case BORINGSSL -> cipher;
                        case JDK -> KNOWN.getOrDefault(cipher, cipher);
                    });
        }
        return suites;
    }

    /// For the library.
    List<String> groups(TlsProvider provider) {
        return switch (provider) {
            case BORINGSSL -> groups;
            case JDK ->
                    groups.stream()
                            // JEP 527 brings it to a later JDK.
                            .filter(group -> !group.equals("X25519MLKEM768"))
                            .map(group -> KNOWN_GROUPS.getOrDefault(group, group))
                            .toList();
        };
    }
}
