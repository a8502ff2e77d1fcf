package dev.heddle.xds.identity;

import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The messages of `istio.v1.auth.IstioCertificateService.CreateCertificate`, by which Istio's
/// agents, too, ask for certificates (`security/v1alpha1/ca.proto`).
public final class CertificateCall {
    /// The service.
    public static final String SERVICE = "istio.v1.auth.IstioCertificateService";

    /// Its call.
    public static final String METHOD = SERVICE + "/CreateCertificate";

    private CertificateCall() {}

    /// What is asked.
    ///
    /// @param csr PKCS #10 in PEM
    /// @param validitySeconds how long the certificate shall be good; 0 for as long as is usual
    public record Request(String csr, long validitySeconds) {
        /// As it is sent.
        public byte[] encoded() {
            return array(new WireWriter().text(1, csr).number(3, validitySeconds).toBytes());
        }

        /// Reads one; empty when it is none.
        public static Optional<Request> parse(byte[] message) {
            String csr = "";
            long seconds = 0;
            var fields = new Fields(message);
            while (fields.next()) {
                if (fields.number == 1 && fields.isDelimited) {
                    csr = fields.text();
                } else if (fields.number == 3 && !fields.isDelimited) {
                    seconds = fields.value;
                }
            }
            return fields.isBroken ? Optional.empty() : Optional.of(new Request(csr, seconds));
        }
    }

    /// What is answered.
    ///
    /// @param chain PEM: the certificate, what leads to the root, and last the roots
    public record Response(List<String> chain) {
        public Response {
            chain = List.copyOf(chain);
        }

        /// As it is sent.
        public byte[] encoded() {
            var out = new WireWriter();
            chain.forEach(pem -> out.text(1, pem));
            return array(out.toBytes());
        }

        /// Reads one; empty when it is none.
        public static Optional<Response> parse(byte[] message) {
            var chain = new ArrayList<String>();
            var fields = new Fields(message);
            while (fields.next()) {
                if (fields.number == 1 && fields.isDelimited) {
                    chain.add(fields.text());
                }
            }
            return fields.isBroken ? Optional.empty() : Optional.of(new Response(chain));
        }
    }

    private static byte[] array(Bytes bytes) {
        return bytes.toByteArray();
    }

    /// Walks over a message's fields.
    @dev.heddle.xds.Confined("whoever reads a message")
    private static final class Fields {
        private final byte[] bytes;
        private int at;
        private int number;
        private boolean isDelimited;
        private long value;
        private boolean isBroken;

        Fields(byte[] bytes) {
            this.bytes = bytes;
        }

        /// @return whether there is another
        boolean next() {
            if (isDelimited) {
                at += (int) value;
                isDelimited = false;
            }
            if (at >= bytes.length || isBroken) {
                return false;
            }
            long tag = varint();
            number = (int) (tag >>> 3);
            switch ((int) tag & 7) {
                case 0 -> value = varint();
                case 1 -> skip(8);
                case 2 -> {
                    value = varint();
                    isDelimited = true;
                    if (value < 0 || value > bytes.length - at) {
                        isBroken = true;
                    }
                }
                case 5 -> skip(4);
                default -> isBroken = true;
            }
            return !isBroken;
        }

        private void skip(int length) {
            value = 0;
            at += length;
            isBroken |= at > bytes.length;
        }

        private long varint() {
            long result = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= bytes.length) {
                    isBroken = true;
                    return 0;
                }
                byte next = bytes[at++];
                result |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return result;
                }
            }
            isBroken = true;
            return 0;
        }

        String text() {
            return new String(bytes, at, (int) value, StandardCharsets.UTF_8);
        }
    }
}
