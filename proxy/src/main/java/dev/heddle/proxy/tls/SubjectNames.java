package dev.heddle.proxy.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The alternative names of a certificate's subject, by their kinds.
///
/// @param addresses as text, `10.0.0.1` or `2001:db8::1`
public record SubjectNames(
        List<String> uris, List<String> dns, List<String> emails, List<String> addresses) {

    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int ADDRESS = 7;

    public SubjectNames {
        uris = List.copyOf(uris);
        dns = List.copyOf(dns);
        emails = List.copyOf(emails);
        addresses = List.copyOf(addresses);
    }

    /// Reads them. One that cannot be read makes the whole extension unreadable, so that nobody
    /// matches half of it.
    ///
    /// @throws CertificateParsingException when they cannot be read
    static SubjectNames of(X509Certificate certificate) throws CertificateParsingException {
        var names =
                new SubjectNames.Building(
                        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        if (all != null) {
            for (List<?> one : all) {
                names.add((Integer) one.get(0), one.get(1));
            }
        }
        return new SubjectNames(names.uris, names.dns, names.emails, names.addresses);
    }

    private record Building(
            List<String> uris, List<String> dns, List<String> emails, List<String> addresses) {

        void add(int kind, Object value) throws CertificateParsingException {
            if (!(value instanceof String text)) {
                return;
            }
            // What a C string would end at is an attack on somebody.
            if (text.indexOf('\0') >= 0) {
                throw new CertificateParsingException("a name with a NUL character");
            }
            switch (kind) {
                case EMAIL -> emails.add(text);
                case DNS -> dns.add(text);
                case URI -> uris.add(text);
                case ADDRESS -> addresses.add(canonical(text));
                default -> {
                    // Directory names, registered ids: nobody asks for them.
                }
            }
        }

        private static String canonical(String address) {
            try {
                return InetAddress.ofLiteral(address).getHostAddress();
            } catch (IllegalArgumentException e) {
                return address;
            }
        }
    }
}
