package dev.heddle.xds.token;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A token as it reads, which nobody has believed yet.
///
/// @param signed what the signature is over
/// @param payload the middle part as it came, for those behind
/// @param signature base64url
/// @param algorithm as in `RS256`
/// @param keyId empty where the token names no key
/// @param issuer empty where it names none
/// @param notBefore in seconds since 1970; 0 for always
/// @param expires in seconds since 1970; 0 for never
public record Token(
        String signed,
        String payload,
        String signature,
        String algorithm,
        String keyId,
        String issuer,
        List<String> audiences,
        double notBefore,
        double expires,
        Map<String, @Nullable Object> header,
        Map<String, @Nullable Object> claims) {
    /// The algorithms of signatures that there are keys for; `none` is not one.
    private static final Set<String> ALGORITHMS =
            Set.of(
                    "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                    "PS256", "PS384", "PS512", "EdDSA");

    private static final double TOO_LARGE = 0x1p64;

    /// What comes of reading.
    public sealed interface Read {
        record Good(Token token) implements Read {}

        record Bad(JwtStatus why) implements Read {}
    }

    /// A claim or a field that is not what it must be.
    private static final class BadToken extends Exception {
        private static final long serialVersionUID = 1;

        private final JwtStatus status;

        BadToken(JwtStatus status) {
            super(status.text(), null, false, false);
            this.status = status;
        }
    }

    /// Reads a token. Says nothing of whether it is to be believed.
    public static Read read(String text) {
        try {
            return new Read.Good(parse(text));
        } catch (BadToken e) {
            return new Read.Bad(e.status);
        }
    }

    private static Token parse(String text) throws BadToken {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        boolean isThree =
                first > 0
                        && second > first + 1
                        && second < text.length() - 1
                        && text.indexOf('.', second + 1) < 0;
        if (!isThree) {
            throw new BadToken(JwtStatus.BAD_FORMAT);
        }
        Map<String, @Nullable Object> header =
                object(
                        text.substring(0, first),
                        JwtStatus.HEADER_BAD_BASE64,
                        JwtStatus.HEADER_BAD_JSON);
        if (!(header.get("alg") instanceof String algorithm)) {
            throw new BadToken(JwtStatus.HEADER_BAD_ALG);
        }
        if (!ALGORITHMS.contains(algorithm)) {
            throw new BadToken(JwtStatus.HEADER_UNKNOWN_ALG);
        }
        String keyId = text(header, "kid", JwtStatus.HEADER_BAD_KID);
        String payload = text.substring(first + 1, second);
        Map<String, @Nullable Object> claims =
                object(payload, JwtStatus.PAYLOAD_BAD_BASE64, JwtStatus.PAYLOAD_BAD_JSON);
        String issuer = text(claims, "iss", JwtStatus.ISS_NO_TEXT);
        text(claims, "sub", JwtStatus.SUB_NO_TEXT);
        seconds(claims, "iat", JwtStatus.IAT_NO_NUMBER, JwtStatus.IAT_OUT_OF_RANGE);
        double notBefore =
                seconds(claims, "nbf", JwtStatus.NBF_NO_NUMBER, JwtStatus.NBF_OUT_OF_RANGE);
        double expires =
                seconds(claims, "exp", JwtStatus.EXP_NO_NUMBER, JwtStatus.EXP_OUT_OF_RANGE);
        text(claims, "jti", JwtStatus.JTI_NO_TEXT);
        String signature = text.substring(second + 1);
        if (decoded(signature).isEmpty()) {
            throw new BadToken(JwtStatus.SIGNATURE_BAD_BASE64);
        }
        return new Token(
                text.substring(0, second),
                payload,
                signature,
                algorithm,
                keyId,
                issuer,
                audiences(claims),
                notBefore,
                expires,
                header,
                claims);
    }

    private static Map<String, @Nullable Object> object(
            String part, JwtStatus badBase64, JwtStatus badJson) throws BadToken {
        byte[] bytes = decoded(part).orElseThrow(() -> new BadToken(badBase64));
        String json;
        try {
            json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new BadToken(badJson);
        }
        return JsonText.object(json).orElseThrow(() -> new BadToken(badJson));
    }

    /// The bytes that a text of base64url is, with padding or without; empty for another text.
    static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getUrlDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(
            Map<String, @Nullable Object> fields, String name, JwtStatus otherwise)
            throws BadToken {
        if (!fields.containsKey(name)) {
            return "";
        }
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new BadToken(otherwise);
    }

    private static double seconds(
            Map<String, @Nullable Object> claims,
            String name,
            JwtStatus noNumber,
            JwtStatus outOfRange)
            throws BadToken {
        if (!claims.containsKey(name)) {
            return 0;
        }
        if (!(claims.get(name) instanceof Double number)) {
            throw new BadToken(noNumber);
        }
        if (number < 0 || number >= TOO_LARGE) {
            throw new BadToken(outOfRange);
        }
        return Math.floor(number);
    }

    private static List<String> audiences(Map<String, @Nullable Object> claims) throws BadToken {
        if (!claims.containsKey("aud")) {
            return List.of();
        }
        return switch (claims.get("aud")) {
            case String one -> List.of(one);
            case List<?> several -> {
                var all = new ArrayList<String>();
                for (Object each : several) {
                    if (!(each instanceof String audience)) {
                        throw new BadToken(JwtStatus.AUD_NO_TEXT);
                    }
                    all.add(audience);
                }
                yield List.copyOf(all);
            }
            case null, default -> throw new BadToken(JwtStatus.AUD_NO_TEXT);
        };
    }

    /// Whether this is a time at which it counts.
    ///
    /// @param now in seconds since 1970
    /// @param skewSeconds by how much clocks may differ
    public JwtStatus at(long now, long skewSeconds) {
        if (now + skewSeconds < notBefore) {
            return JwtStatus.NOT_YET_VALID;
        }
        return expires > 0 && now > expires + skewSeconds ? JwtStatus.EXPIRED : JwtStatus.OK;
    }

    /// Whether it is meant for one of those audiences; none for whoever reads it.
    public boolean isFor(List<String> wanted) {
        return wanted.isEmpty()
                || audiences.stream()
                        .anyMatch(audience ->
                                wanted.stream().anyMatch(it -> bare(it).equals(bare(audience))));
    }

    /// An audience without what people write differently: its scheme, and a slash at its end.
    private static String bare(String audience) {
        String rest = audience;
        for (String scheme : List.of("http://", "https://")) {
            if (rest.startsWith(scheme)) {
                rest = rest.substring(scheme.length());
                break;
            }
        }
        return rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    }

    /// What it says, with some texts as the lists of words that they are.
    ///
    /// @param lists claims that are words with spaces between
    public Map<String, @Nullable Object> claims(List<String> lists) {
        Map<String, @Nullable Object> all = claims;
        for (String name : lists) {
            if (claims.get(name) instanceof String text) {
                List<String> words =
                        Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
                if (!words.isEmpty()) {
                    all = new LinkedHashMap<>(all);
                    all.put(name, words);
                }
            }
        }
        return all;
    }

    /// A claim, or one within another; null where there is none.
    ///
    /// @param path names with dots between
    public @Nullable Object claim(String path) {
        Object found = claims;
        for (String name : path.split("\\.", -1)) {
            if (!(found instanceof Map<?, ?> within)) {
                return null;
            }
            found = within.get(name);
        }
        return found;
    }

    /// A claim as a header has it: what is no text, number or truth value is JSON in base64. Empty
    /// for what is not there, and for what would break a request apart.
    ///
    /// @param path as for [#claim]
    public String claimText(String path) {
        String text =
                switch (claim(path)) {
                    case null -> "";
                    case String said -> said;
                    case Double number -> number(number);
                    case Boolean truth -> truth.toString();
                    case Object other ->
                            Base64.getEncoder()
                                    .encodeToString(
                                            JsonText.write(other).getBytes(StandardCharsets.UTF_8));
                };
        boolean isSendable =
                text.chars().allMatch(c -> (c >= ' ' || c == '\t') && c != 0x7f && c <= 0xff);
        return isSendable ? text : "";
    }

    private static String number(double number) {
        return number >= 0 && number < TOO_LARGE && number == Math.rint(number)
                ? new BigDecimal(number).toBigInteger().toString()
                : String.format(Locale.ROOT, "%.6f", number);
    }
}
