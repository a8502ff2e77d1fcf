package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.extauthz.Answer.HeaderChange;
import dev.heddle.proxy.filter.extauthz.Answer.Way;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Limits;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Makes the changes that a service asks for.
///
/// All of them are looked at before one is made. What is no header, holds a character that a header
/// may not hold, or would make a head larger than Envoy takes one, makes the answer invalid. What
/// is about a connection, or says how long a body is, is left alone: an answer has no say in where
/// messages end.
final class Edits {
    private static final Limits MOST = Limits.ENVOY;

    private Edits() {}

    /// Whether a header is about a connection or the length of a body.
    ///
    /// @param name in lower case
    static boolean isOfTransport(String name) {
        return switch (name) {
            case "connection",
                    "content-length",
                    "http2-settings",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade" ->
                    true;
            default -> false;
        };
    }

    /// A value without what would end its line.
    static String sound(String value) {
        var out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isOfValue(c)) {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isOfValue(char c) {
        return c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff);
    }

    /// Whether changes of a response's headers can be made.
    static boolean areSound(List<HeaderChange> changes) {
        long bytes = 0;
        for (HeaderChange change : changes) {
            if (!HeaderName.isToken(change.name())
                    || !change.value().equals(sound(change.value()))) {
                return false;
            }
            bytes += change.name().length() + change.value().length();
        }
        return bytes <= MOST.headBytes() && changes.size() <= MOST.headers();
    }

    /// Changes a response's headers.
    static void make(List<HeaderChange> changes, Headers headers) {
        for (HeaderChange change : changes) {
            String name = change.name().toLowerCase(Locale.ROOT);
            if (!isOfTransport(name)) {
                make(HeaderName.of(name), change.value(), change.way(), headers);
            }
        }
    }

    /// The headers of a refusal.
    static List<LocalReply.Field> fields(List<HeaderChange> changes) {
        var fields = new ArrayList<LocalReply.Field>();
        for (HeaderChange change : changes) {
            String name = change.name().toLowerCase(Locale.ROOT);
            if (!isOfTransport(name)) {
                fields.add(new LocalReply.Field(HeaderName.of(name), change.value()));
            }
        }
        return fields;
    }

    private static void make(HeaderName name, String value, Way way, Headers headers) {
        switch (way) {
            case SET -> headers.set(name, value);
            case ADD -> headers.add(name, value);
            case APPEND -> {
                List<String> before = headers.getAll(name);
                if (!before.isEmpty()) {
                    headers.set(name, String.join(",", before) + "," + value);
                }
            }
            case ADD_IF_ABSENT -> {
                if (!headers.contains(name)) {
                    headers.add(name, value);
                }
            }
            case SET_IF_PRESENT -> {
                if (headers.contains(name)) {
                    headers.set(name, value);
                }
            }
        }
    }

    /// Changes a request; says whether that could be done. If not, nothing of it was, or the
    /// request is not to be passed on.
    static boolean make(Answer.Allowed answer, RequestHead request) {
        if (!answer.request().stream().allMatch(Edits::isSound) || !QueryEdit.isSound(answer)) {
            return false;
        }
        int fields = request.headers().size();
        long bytes = size(request);
        for (HeaderChange change : answer.request()) {
            make(change, request);
        }
        for (String removed : answer.removed()) {
            String name = removed.toLowerCase(Locale.ROOT);
            if (HeaderName.isToken(name) && !name.equals("host") && !isOfTransport(name)) {
                request.headers().remove(HeaderName.of(name));
            }
        }
        QueryEdit.make(answer, request);
        return request.headers().size() <= Math.max(fields, MOST.headers())
                && size(request) <= Math.max(bytes, MOST.headBytes());
    }

    private static boolean isSound(HeaderChange change) {
        if (!change.value().equals(sound(change.value()))) {
            return false;
        }
        return switch (change.name().toLowerCase(Locale.ROOT)) {
            case ":path" ->
                    change.value().startsWith("/")
                            && change.value().chars().allMatch(c -> c > ' ' && c < 0x7f);
            case ":method" -> HeaderName.isToken(change.value());
            case ":authority", "host" ->
                    change.value().chars().allMatch(c -> c > ' ' && c < 0x7f)
                            && !change.value().isEmpty();
            case ":scheme" -> change.value().equals("http") || change.value().equals("https");
            default -> HeaderName.isToken(change.name());
        };
    }

    /// What a request begins with has one value, whatever is asked for.
    private static void make(HeaderChange change, RequestHead request) {
        String name = change.name().toLowerCase(Locale.ROOT);
        boolean isKept = change.way() == Way.ADD_IF_ABSENT;
        switch (name) {
            case ":path" -> {
                if (!isKept) {
                    request.setPath(change.value());
                }
            }
            case ":method" -> {
                if (!isKept) {
                    request.changeMethod(change.value());
                }
            }
            case ":authority", "host" -> {
                if (!isKept) {
                    request.setAuthority(change.value());
                }
            }
            case ":scheme" -> {
                if (!isKept) {
                    request.setScheme(change.value());
                }
            }
            default -> {
                if (!isOfTransport(name)) {
                    make(HeaderName.of(name), change.value(), change.way(), request.headers());
                }
            }
        }
    }

    private static long size(RequestHead request) {
        long[] bytes = {request.path().length() + request.authority().length()};
        request.headers().forEach((name, value) -> bytes[0] += name.length() + value.length());
        return bytes[0];
    }
}
