package dev.heddle.telemetry;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A text with Envoy's command operators, parsed once: the format of an access log, or the value of
/// a header that a route adds.
///
/// Operators are those of Envoy's "access log format" page that this proxy has a value for; any
/// other is an error, never an empty text. `%%` is a percent sign, `%OPERATOR:Z%` cuts at Z
/// characters.
///
/// This file is long because each operator has its line.
public final class AccessLogFormat {

    /// What Envoy writes when a configuration names no format.
    public static final String ENVOY_DEFAULT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
                    + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\"\n";

    /// Operators that count something.
    static final Set<String> NUMBERS =
            Set.of(
                    "%RESPONSE_CODE%",
                    "%BYTES_RECEIVED%",
                    "%BYTES_SENT%",
                    "%DURATION%",
                    "%REQUEST_DURATION%",
                    "%REQUEST_TX_DURATION%",
                    "%RESPONSE_DURATION%",
                    "%RESPONSE_TX_DURATION%",
                    "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
                    "%UPSTREAM_CONNECTION_ID%",
                    "%DOWNSTREAM_WIRE_BYTES_RECEIVED%",
                    "%DOWNSTREAM_WIRE_BYTES_SENT%",
                    "%DOWNSTREAM_HEADER_BYTES_RECEIVED%",
                    "%DOWNSTREAM_HEADER_BYTES_SENT%",
                    "%UPSTREAM_WIRE_BYTES_RECEIVED%",
                    "%UPSTREAM_WIRE_BYTES_SENT%",
                    "%UPSTREAM_HEADER_BYTES_RECEIVED%",
                    "%UPSTREAM_HEADER_BYTES_SENT%",
                    "%CONNECTION_ID%",
                    "%UPSTREAM_REMOTE_PORT%",
                    "%UPSTREAM_LOCAL_PORT%",
                    "%DOWNSTREAM_REMOTE_PORT%",
                    "%DOWNSTREAM_LOCAL_PORT%",
                    "%DOWNSTREAM_DIRECT_REMOTE_PORT%");

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final String text;
    private final Part[] parts;

    private AccessLogFormat(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts.toArray(Part[]::new);
    }

    /// One piece of the text; writes nothing and says so when the request has no such thing.
    interface Part {
        boolean write(AccessLogRecord record, ByteText out);

        /// Whether it depends on nothing but where the request went: see
        /// [AccessLogFormat#isOfPlace].
        default boolean isOfPlace() {
            return false;
        }
    }

    /// A piece that is a value of JSON, which a text shows as it is.
    interface JsonPart extends Part {
        /// Writes the value; if there is none, writes nothing and says so.
        boolean writeJson(AccessLogRecord record, ByteText out);
    }

    private static final List<String> GRPC_CAMEL =
            List.of(
                    "OK",
                    "Canceled",
                    "Unknown",
                    "InvalidArgument",
                    "DeadlineExceeded",
                    "NotFound",
                    "AlreadyExists",
                    "PermissionDenied",
                    "ResourceExhausted",
                    "FailedPrecondition",
                    "Aborted",
                    "OutOfRange",
                    "Unimplemented",
                    "Internal",
                    "Unavailable",
                    "DataLoss",
                    "Unauthenticated");

    static final class Literal implements Part {
        private final byte[] text;

        Literal(String text) {
            this.text = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean write(AccessLogRecord record, ByteText out) {
            out.append(text, 0, text.length);
            return true;
        }

        @Override
        public boolean isOfPlace() {
            return true;
        }
    }

    private record Cut(Part part, int length) implements Part {
        @Override
        public boolean write(AccessLogRecord record, ByteText out) {
            int from = out.length();
            boolean written = part.write(record, out);
            out.cut(from, length);
            return written;
        }

        @Override
        public boolean isOfPlace() {
            return part.isOfPlace();
        }
    }

    /// A piece that is there already as a text.
    private interface Text extends Part {
        @Nullable String of(AccessLogRecord record);

        @Override
        default boolean write(AccessLogRecord record, ByteText out) {
            String text = of(record);
            if (text != null) {
                out.append(text);
            }
            return text != null;
        }
    }

    /// A piece that counts something; a negative count is one that the request does not have.
    private interface Count extends Part {
        long of(AccessLogRecord record);

        @Override
        default boolean write(AccessLogRecord record, ByteText out) {
            long number = of(record);
            if (number >= 0) {
                out.append(number);
            }
            return number >= 0;
        }
    }

    /// What is said of where a request went.
    private record Placed(Text text) implements Text {
        @Override
        public @Nullable String of(AccessLogRecord record) {
            return text.of(record);
        }

        @Override
        public boolean isOfPlace() {
            return true;
        }
    }

    private static Part text(Text text) {
        return text;
    }

    private static Part number(Count count) {
        return count;
    }

    /// Parses a format.
    ///
    /// @throws IllegalArgumentException naming the operator that is unknown, or malformed
    public static AccessLogFormat parse(String format) {
        return parse(format, NodeText.SILENT);
    }

    /// As [#parse(String)], for a format that may ask for what the proxy's node says.
    public static AccessLogFormat parse(String format, NodeText node) {
        var parts = new ArrayList<Part>();
        split(format, text -> parts.add(new Literal(text)), it -> parts.add(command(it, node)));
        return new AccessLogFormat(format, parts);
    }

    /// Hands out the pieces of a format, in order.
    ///
    /// @param onText takes a text, none of which follows another
    /// @param onCommand takes a command, without its percent signs
    static void split(String format, Consumer<String> onText, Consumer<String> onCommand) {
        var literal = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c != '%') {
                literal.append(c);
                at++;
            } else if (format.startsWith("%%", at)) {
                literal.append('%');
                at += 2;
            } else {
                int end = endOfCommand(format, at);
                if (!literal.isEmpty()) {
                    onText.accept(literal.toString());
                    literal.setLength(0);
                }
                onCommand.accept(format.substring(at + 1, end));
                at = end + 1;
            }
        }
        if (!literal.isEmpty()) {
            onText.accept(literal.toString());
        }
    }

    /// Whether the text is the same for every request.
    public boolean isConstant() {
        return Arrays.stream(parts).allMatch(Literal.class::isInstance);
    }

    /// Whether the text depends on nothing but where a request went: the listener and its filter
    /// chain, the virtual host, route, cluster and host, and what those say of themselves. It is
    /// the same for all requests that went there.
    public boolean isOfPlace() {
        return Arrays.stream(parts).allMatch(Part::isOfPlace);
    }

    /// Writes one request.
    ///
    /// @param absent what stands for a value that the request does not have: `-` in a log, nothing
    ///   in a header
    public void write(AccessLogRecord record, String absent, ByteText out) {
        for (Part part : parts) {
            if (part instanceof Literal literal) { // half of them, which need no dispatch
                literal.write(record, out);
            } else if (!part.write(record, out)) {
                out.append(absent);
            }
        }
    }

    /// The number that one request's text is; negative where it is none, or has more than 18
    /// digits.
    ///
    /// @param room for a text that has to be written to know it
    public long number(AccessLogRecord record, ByteText room) {
        if (parts.length == 1 && parts[0] instanceof Count count) {
            return count.of(record);
        }
        room.clear();
        write(record, "", room);
        return room.number();
    }

    /// Writes one request as a JSON value, as Envoy's JSON logs have it: a single operator is a
    /// number where it counts something, `null` where the request has no such thing; anything else
    /// is a text.
    ///
    /// @param absent as for [#write], in a text of several parts
    /// @return whether there is such a thing; if not, `null` was written
    boolean writeJson(AccessLogRecord record, String absent, ByteText out) {
        int from = out.length();
        boolean isOne = parts.length == 1 && !(parts[0] instanceof Literal);
        if (!isOne) {
            write(record, absent, out);
        } else if (parts[0] instanceof JsonPart json) {
            boolean isThere = json.writeJson(record, out);
            if (!isThere) {
                out.append("null");
            }
            return isThere;
        } else if (!parts[0].write(record, out)) {
            out.append("null");
            return false;
        } else if (NUMBERS.contains(text)) {
            return true;
        }
        String value = out.from(from);
        out.back(from);
        quote(value, out);
        return true;
    }

    /// Writes a text as JSON has it.
    static void quote(String value, ByteText out) {
        out.append("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // Control characters, and the bytes above ASCII that a header may have.
                    if (c < ' ' || c >= 0x7f) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append((byte) c);
                    }
                }
            }
        }
        out.append("\"");
    }

    /// One request as a line of a log.
    public String line(AccessLogRecord record) {
        var out = new ByteText();
        write(record, "-", out);
        return out.toString();
    }

    /// Two formats are equal when their texts are.
    @Override
    public boolean equals(Object other) {
        return other instanceof AccessLogFormat that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// The text that was parsed.
    @Override
    public String toString() {
        return text;
    }

    /// Parentheses may hold percent signs, `%START_TIME(%Y/%m)%`, and parentheses: they end where
    /// the command does.
    private static int endOfCommand(String format, int start) {
        int at = start + 1;
        while (at < format.length() && format.charAt(at) != '%' && format.charAt(at) != '(') {
            at++;
        }
        if (at < format.length() && format.charAt(at) == '%') {
            return at;
        }
        for (int i = format.indexOf(')', at); i >= 0; i = format.indexOf(')', i + 1)) {
            int end = i + 1;
            if (end < format.length() && format.charAt(end) == ':') {
                end++;
                while (end < format.length() && Character.isDigit(format.charAt(end))) {
                    end++;
                }
            }
            if (end < format.length() && format.charAt(end) == '%') {
                return end;
            }
        }
        int close = format.indexOf(')', at);
        int end = close < 0 ? -1 : format.indexOf('%', close);
        if (end >= 0) {
            return end;
        }
        throw new IllegalArgumentException(
                "'"
                        + format.substring(start)
                        + "': a command that does not end (expected: %NAME%)");
    }

    static Part command(String text, NodeText node) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        int nameEnd = open >= 0 ? open : text.indexOf(':') >= 0 ? text.indexOf(':') : text.length();
        String name = text.substring(0, nameEnd);
        if (open >= 0 && close < open) {
            throw malformed(text, "expected: a closing parenthesis");
        }
        String argument = open >= 0 ? text.substring(open + 1, close) : "";
        String tail = text.substring(open >= 0 ? close + 1 : nameEnd);
        if (tail.isEmpty()) {
            return operator(text, name, argument, open >= 0, node);
        }
        if (!tail.matches(":[0-9]{1,6}")) {
            throw malformed(text, "expected: nothing or :LENGTH after the operator");
        }
        return new Cut(
                operator(text, name, argument, open >= 0, node),
                Integer.parseInt(tail.substring(1)));
    }

    private static Part operator(
            String text, String name, String argument, boolean hasArgument, NodeText node) {
        return switch (name) {
            case "START_TIME" -> {
                TimeFormat time = TimeFormat.parse(argument);
                yield (record, out) -> {
                    time.write(record.startSecond(), record.startNano(), out);
                    return true;
                };
            }
            case "REQ", "REQUEST_HEADER" -> header(text, argument, AccessLogRecord::requestHeader);
            case "RESP", "RESPONSE_HEADER" ->
                    header(text, argument, AccessLogRecord::responseHeader);
            case "TRAILER", "RESPONSE_TRAILER" ->
                    header(text, argument, AccessLogRecord::responseTrailer);
            case "EMIT_TIME" -> {
                TimeFormat time = TimeFormat.parse(argument);
                yield (record, out) -> {
                    long nanos = record.startNano() + record.nanosTo(AccessLogRecord.Moment.ENDED);
                    time.write(
                            record.startSecond() + Math.floorDiv(nanos, NANOS_PER_SECOND),
                            (int) Math.floorMod(nanos, NANOS_PER_SECOND),
                            out);
                    return true;
                };
            }
            case "GRPC_STATUS" -> grpcStatus(text, argument);
            case "COMMON_DURATION" -> commonDuration(text, argument);
            case "PATH" -> PathOperators.path(text, argument);
            case "QUERY_PARAM" -> PathOperators.parameter(text, argument);
            case "QUERY_PARAMS" -> PathOperators.query(text, argument);
            case "START_TIME_LOCAL", "EMIT_TIME_LOCAL" ->
                    TimeFormat.local(argument, name.equals("EMIT_TIME_LOCAL"));
            case "METADATA",
                    "DYNAMIC_METADATA",
                    "CLUSTER_METADATA",
                    "UPSTREAM_METADATA",
                    "FILTER_STATE",
                    "ENVIRONMENT" ->
                    ValueOperators.of(text, name, argument);
            case "COALESCE" -> Coalesce.parse(text, argument, node);
            case "CEL" -> CelOperator.parse(text, argument, node);
            default -> {
                if (hasArgument && name.endsWith("_WITHOUT_PORT")) {
                    yield masked(text, name, argument);
                }
                if (hasArgument) {
                    throw malformed(text, "expected: an operator that this proxy implements");
                }
                yield plain(text, name);
            }
        };
    }

    /// As Envoy words it: a number where gRPC has no name for it.
    private static Part grpcStatus(String text, String shape) {
        List<String> names =
                switch (shape) {
                    case "", "CAMEL_STRING" -> GRPC_CAMEL;
                    case "SNAKE_STRING" -> GrpcCodes.NAMES;
                    case "NUMBER" -> List.of();
                    default ->
                            throw malformed(text, "expected: CAMEL_STRING, SNAKE_STRING or NUMBER");
                };
        return text(record -> {
            int status = record.grpcStatus();
            return status < 0
                    ? null
                    : status < names.size() ? names.get(status) : Integer.toString(status);
        });
    }

    private static Part plain(String text, String name) {
        return switch (name) {
            case "PROTOCOL" -> text(AccessLogRecord::protocol);
            case "UPSTREAM_PROTOCOL" -> text(AccessLogRecord::upstreamProtocol);
            case "RESPONSE_CODE" -> number(AccessLogRecord::responseCode);
            case "RESPONSE_CODE_DETAILS" ->
                    text(record -> underscored(record.responseCodeDetails()));
            case "RESPONSE_FLAGS" -> text(record -> flags(record.responseFlags()));
            case "RESPONSE_FLAGS_LONG" -> text(record -> flags(record.responseFlagsLong()));
            case "CONNECTION_TERMINATION_DETAILS" ->
                    text(AccessLogRecord::connectionTerminationDetails);
            case "BYTES_RECEIVED" -> number(AccessLogRecord::bytesReceived);
            case "BYTES_SENT" -> number(AccessLogRecord::bytesSent);
            case "GRPC_STATUS_NUMBER" -> number(AccessLogRecord::grpcStatus);
            case "REQUEST_HEADERS_BYTES" -> number(AccessLogRecord::requestHeadersBytes);
            case "RESPONSE_HEADERS_BYTES" -> number(AccessLogRecord::responseHeadersBytes);
            case "RESPONSE_TRAILERS_BYTES" -> number(AccessLogRecord::responseTrailersBytes);
            case "FILTER_CHAIN_NAME" -> new Placed(AccessLogRecord::filterChainName);
            case "DURATION" -> millisTo(AccessLogRecord.Moment.ENDED);
            case "REQUEST_DURATION" -> millisTo(AccessLogRecord.Moment.REQUEST_RECEIVED);
            case "REQUEST_TX_DURATION" -> millisTo(AccessLogRecord.Moment.REQUEST_SENT);
            case "RESPONSE_DURATION" -> millisTo(AccessLogRecord.Moment.RESPONSE_BEGAN);
            case "RESPONSE_TX_DURATION" -> number(AccessLogFormat::responseSending);
            case "UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS" ->
                    new Placed(AccessLogRecord::upstreamHost);
            case "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" ->
                    text(record -> SocketAddressText.withoutPort(record.upstreamHost()));
            case "UPSTREAM_REMOTE_PORT" ->
                    text(record -> SocketAddressText.port(record.upstreamHost()));
            case "UPSTREAM_CLUSTER" -> text(AccessLogRecord::upstreamClusterStatName);
            case "UPSTREAM_CLUSTER_RAW" -> new Placed(AccessLogRecord::upstreamCluster);
            case "UPSTREAM_TRANSPORT_FAILURE_REASON" ->
                    text(record -> underscored(record.upstreamTransportFailureReason()));
            case "UPSTREAM_REQUEST_ATTEMPT_COUNT" -> number(AccessLogRecord::upstreamAttempts);
            case "DOWNSTREAM_TRANSPORT_FAILURE_REASON" ->
                    text(record -> underscored(record.downstreamTransportFailureReason()));
            case "REQUESTED_SERVER_NAME" -> text(AccessLogRecord::requestedServerName);
            case "CONNECTION_ID" -> number(AccessLogRecord::connectionId);
            case "UPSTREAM_CONNECTION_ID" -> number(AccessLogRecord::upstreamConnectionId);
            case "UPSTREAM_HOST_NAME" -> text(AccessLogRecord::upstreamHostName);
            case "UPSTREAM_HOST_NAME_WITHOUT_PORT" ->
                    text(record -> SocketAddressText.withoutPort(record.upstreamHostName()));
            case "HOSTNAME" -> hostname();
            case "ROUTE_NAME" -> new Placed(AccessLogRecord::routeName);
            case "VIRTUAL_CLUSTER_NAME" -> text(AccessLogRecord::virtualClusterName);
            case "LOCAL_REPLY_BODY" -> text(AccessLogRecord::localReplyBody);
            case "ACCESS_LOG_TYPE" -> text(record -> record.logType().name());
            case "STREAM_ID" -> text(AccessLogRecord::streamId);
            case "UNIQUE_ID" -> text(AccessLogRecord::uniqueId);
            case "TRACE_ID" -> text(AccessLogRecord::traceId);
            case "SPAN_ID" -> text(AccessLogRecord::spanId);
            default -> {
                for (AccessLogRecord.WireItem item : AccessLogRecord.WireItem.values()) {
                    if (name.equals(item.name())) {
                        yield number(record -> record.wireBytes(item));
                    }
                }
                for (AccessLogRecord.TlsItem item : AccessLogRecord.TlsItem.values()) {
                    if (name.equals("DOWNSTREAM_" + item)) {
                        yield text(record -> record.downstreamTls(item));
                    }
                    if (name.equals("UPSTREAM_" + item)) {
                        yield text(record -> record.upstreamTls(item));
                    }
                }
                yield address(text, name);
            }
        };
    }

    /// Without any, Envoy says so everywhere.
    private static String flags(@Nullable String flags) {
        return flags == null ? "-" : flags;
    }

    /// The network that an address is in, as `10.1.0.0/16`.
    private static Part masked(String text, String name, String argument) {
        if (!argument.matches("[0-9]{1,3}")) {
            throw malformed(text, "expected: the length of a mask, as in (16)");
        }
        int bits = Integer.parseInt(argument);
        String whole = name.replace("_WITHOUT_PORT", "");
        Whose end = whole.equals("UPSTREAM_REMOTE_ADDRESS") ? null : whose(text, whole);
        return text(record ->
                SocketAddressText.masked(
                        end == null
                                ? SocketAddressText.withoutPort(record.upstreamHost())
                                : SocketAddressText.host(end.of(record)),
                        bits));
    }

    private static Whose whose(String text, String name) {
        return switch (name) {
            case "UPSTREAM_LOCAL_ADDRESS" -> AccessLogRecord::upstreamLocalAddress;
            case "DOWNSTREAM_REMOTE_ADDRESS" -> AccessLogRecord::downstreamRemoteAddress;
            case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" ->
                    AccessLogRecord::downstreamDirectRemoteAddress;
            case "DOWNSTREAM_LOCAL_ADDRESS" -> AccessLogRecord::downstreamLocalAddress;
            default -> throw malformed(text, "expected: an operator that this proxy implements");
        };
    }

    private static Part address(String text, String name) {
        String shape =
                name.endsWith("_WITHOUT_PORT")
                        ? "_WITHOUT_PORT"
                        : name.endsWith("_PORT") ? "_PORT" : "_ADDRESS";
        String whose =
                shape.equals("_WITHOUT_PORT")
                        ? name.substring(0, name.length() - shape.length())
                        : shape.equals("_PORT")
                                ? name.substring(0, name.length() - shape.length()) + "_ADDRESS"
                                : name;
        Whose end = whose(text, whose);
        return switch (shape) {
            case "_WITHOUT_PORT" -> text(record -> SocketAddressText.host(end.of(record)));
            case "_PORT" -> text(record -> SocketAddressText.port(end.of(record)));
            default -> text(record -> SocketAddressText.whole(end.of(record)));
        };
    }

    private interface Whose {
        @Nullable SocketAddress of(AccessLogRecord record);
    }

    private interface HeaderSource {
        boolean write(AccessLogRecord record, String name, ByteText out);
    }

    private static Part header(String text, String argument, HeaderSource source) {
        int alternative = argument.indexOf('?');
        String first = alternative < 0 ? argument : argument.substring(0, alternative);
        String second = alternative < 0 ? "" : argument.substring(alternative + 1);
        if (first.isEmpty() || (alternative >= 0 && second.isEmpty()) || second.contains("?")) {
            throw malformed(text, "expected: a header, or two with a ? between them");
        }
        String name = first.toLowerCase(Locale.ROOT);
        String other = second.toLowerCase(Locale.ROOT);
        if (other.isEmpty()) {
            return (record, out) -> source.write(record, name, out);
        }
        return (record, out) -> source.write(record, name, out) || source.write(record, other, out);
    }

    /// Two moments and a unit: `US_TX_BEG:US_RX_BEG:us`.
    private static Part commonDuration(String text, String argument) {
        String[] words = argument.split(":", -1);
        if (words.length != 3) {
            throw malformed(text, "expected: START:END:PRECISION");
        }
        Moment from = moment(text, words[0]);
        Moment to = moment(text, words[1]);
        long unit =
                switch (words[2]) {
                    case "ms" -> 1_000_000;
                    case "us" -> 1_000;
                    case "ns" -> 1;
                    default -> throw malformed(text, "expected: a precision of ms, us or ns");
                };
        return number(record -> {
            long began = from.nanos(record);
            long ended = to.nanos(record);
            return began < 0 || ended < began ? -1 : (ended - began) / unit;
        });
    }

    private interface Moment {
        long nanos(AccessLogRecord record);
    }

    private static Moment moment(String text, String name) {
        return switch (name) {
            case "DS_RX_BEG" -> _ -> 0;
            case "DS_RX_END" -> record -> record.nanosTo(AccessLogRecord.Moment.REQUEST_RECEIVED);
            case "US_TX_BEG" -> record -> record.nanosTo(AccessLogRecord.Moment.REQUEST_SENDING);
            case "US_TX_END" -> record -> record.nanosTo(AccessLogRecord.Moment.REQUEST_SENT);
            case "US_RX_BEG" -> record -> record.nanosTo(AccessLogRecord.Moment.RESPONSE_BEGAN);
            case "US_RX_END" -> record -> record.nanosTo(AccessLogRecord.Moment.RESPONSE_RECEIVED);
            case "DS_TX_BEG" -> record -> record.nanosTo(AccessLogRecord.Moment.RESPONSE_SENDING);
            case "DS_TX_END" -> record -> record.nanosTo(AccessLogRecord.Moment.RESPONSE_SENT);
            default ->
                    throw malformed(
                            text,
                            "'"
                                    + name
                                    + "'; expected: DS_RX_BEG, DS_RX_END, US_TX_BEG, US_TX_END,"
                                    + " US_RX_BEG, US_RX_END, DS_TX_BEG or DS_TX_END");
        };
    }

    /// The machine's name, as it is when the format is read.
    private static Part hostname() {
        String name;
        try {
            name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            name = "";
        }
        String text = name;
        return text(_ -> text.isEmpty() ? null : text);
    }

    private static Part millisTo(AccessLogRecord.Moment moment) {
        return number(record -> millis(record.nanosTo(moment)));
    }

    private static long responseSending(AccessLogRecord record) {
        long began = record.nanosTo(AccessLogRecord.Moment.RESPONSE_BEGAN);
        long ended = record.nanosTo(AccessLogRecord.Moment.ENDED);
        return began < 0 || ended < 0 ? -1 : millis(ended - began);
    }

    private static long millis(long nanos) {
        return nanos < 0 ? -1 : nanos / 1_000_000;
    }

    /// Envoy keeps such texts one word, so that a line can be split at spaces.
    private static @Nullable String underscored(@Nullable String text) {
        return text == null ? null : text.replace(' ', '_');
    }

    static IllegalArgumentException malformed(String command, String expectation) {
        return new IllegalArgumentException("'%" + command + "%' (" + expectation + ")");
    }
}
