package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.extauthz.Answer.HeaderChange;
import dev.heddle.proxy.filter.extauthz.Answer.Way;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.struct.Structs;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.HeaderValueOption;
import envoy.service.auth.v3.DeniedHttpResponse;
import envoy.service.auth.v3.OkHttpResponse;
import google.protobuf.Struct;
import google.rpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what a service of gRPC answers (`envoy.service.auth.v3.CheckResponse`).
final class GrpcAnswer {
    /// The call, as HTTP/2 names it.
    static final String METHOD = "/envoy.service.auth.v3.Authorization/Check";

    private static final int PREFIX_BYTES = 5;

    private GrpcAnswer() {}

    /// A message as gRPC sends it.
    static byte[] framed(Bytes message) {
        byte[] content = message.toByteArray();
        byte[] framed = new byte[PREFIX_BYTES + content.length];
        for (int i = 0; i < Integer.BYTES; i++) {
            framed[1 + i] = (byte) (content.length >>> (Integer.SIZE - Byte.SIZE * (i + 1)));
        }
        System.arraycopy(content, 0, framed, PREFIX_BYTES, content.length);
        return framed;
    }

    /// @param trailers null where there are none
    static Answer read(ResponseHead head, byte[] body, @Nullable Headers trailers) {
        String status =
                trailers == null
                        ? head.headers().get(HeaderName.GRPC_STATUS)
                        : trailers.get(HeaderName.GRPC_STATUS);
        if (head.status() != 200 || !"0".equals(status) || !isOneMessage(body)) {
            return Answer.NONE;
        }
        byte[] content = new byte[body.length - PREFIX_BYTES];
        System.arraycopy(body, PREFIX_BYTES, content, 0, content.length);
        try {
            return read(new Response(Bytes.of(content)));
        } catch (WireException _) {
            return Answer.NONE;
        }
    }

    private static boolean isOneMessage(byte[] body) {
        if (body.length < PREFIX_BYTES || body[0] != 0) {
            return false;
        }
        long length = 0;
        for (int i = 1; i < PREFIX_BYTES; i++) {
            length = length << Byte.SIZE | Byte.toUnsignedInt(body[i]);
        }
        return length == body.length - PREFIX_BYTES;
    }

    private static Answer read(Response response) {
        if (response.status().getCode() == 0) {
            OkHttpResponse ok = response.ok();
            List<HeaderChange> request = ofRequest(ok.getHeadersList());
            List<HeaderChange> toClient = changes(ok.getResponseHeadersToAddList());
            var query = new ArrayList<Answer.Parameter>();
            ok.getQueryParametersToSetList()
                    .forEach(it ->
                            query.add(
                                    new Answer.Parameter(
                                            Utf8.latin(it.getKey()), Utf8.latin(it.getValue()))));
            return new Answer.Allowed(
                    request,
                    ok.getHeadersToRemoveList().stream().map(Utf8::latin).toList(),
                    query,
                    ok.getQueryParametersToRemoveList().stream().map(Utf8::latin).toList(),
                    toClient,
                    Structs.read(metadata(response, ok)));
        }
        if (response.isError()) {
            DeniedHttpResponse error = response.error();
            return new Answer.Failed(
                    error.getStatus().getCodeValue(),
                    changes(error.getHeadersList()),
                    error.getBody());
        }
        DeniedHttpResponse denied = response.denied();
        int code = denied.getStatus().getCodeValue();
        Map<String, @Nullable Object> metadata = Structs.read(response.metadata());
        return new Answer.Denied(
                code == 0 ? 403 : code,
                changes(denied.getHeadersList()),
                denied.getBody(),
                metadata);
    }

    @SuppressWarnings("deprecation") // Envoy still takes the old place first
    private static Struct metadata(Response response, OkHttpResponse ok) {
        return ok.hasDynamicMetadata() ? ok.getDynamicMetadata() : response.metadata();
    }

    /// Of a request's headers Envoy asks only for the old field, so this does: what is not appended
    /// replaces, and it replaces first.
    @SuppressWarnings("deprecation") // services still write the old field
    private static List<HeaderChange> ofRequest(List<HeaderValueOption> options) {
        var changes = new ArrayList<HeaderChange>();
        options.stream()
                .filter(it -> !it.getAppend().getValue())
                .forEach(it -> changes.add(change(it, Way.SET)));
        options.stream()
                .filter(it -> it.getAppend().getValue())
                .forEach(it -> changes.add(change(it, Way.APPEND)));
        return changes;
    }

    /// In Envoy's order: what is added, what replaces, what depends on what is there then.
    private static List<HeaderChange> changes(List<HeaderValueOption> options) {
        var changes = new ArrayList<HeaderChange>();
        for (Way way : List.of(Way.ADD, Way.SET, Way.ADD_IF_ABSENT, Way.SET_IF_PRESENT)) {
            options.stream()
                    .filter(it -> way(it) == way)
                    .forEach(it -> changes.add(change(it, way)));
        }
        return changes;
    }

    private static HeaderChange change(HeaderValueOption option, Way way) {
        var header = option.getHeader();
        String value =
                header.getRawValue().isEmpty()
                        ? Utf8.latin(header.getValue())
                        : header.getRawValue().toString(StandardCharsets.ISO_8859_1);
        return new HeaderChange(Utf8.latin(header.getKey()), value, way);
    }

    @SuppressWarnings("deprecation") // services still write the old field
    private static Way way(HeaderValueOption option) {
        if (option.hasAppend()) {
            return option.getAppend().getValue() ? Way.ADD : Way.SET;
        }
        return switch (option.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> Way.ADD;
            case ADD_IF_ABSENT -> Way.ADD_IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD, UNRECOGNIZED -> Way.SET;
            case OVERWRITE_IF_EXISTS -> Way.SET_IF_PRESENT;
        };
    }

    /// The message; `error_response` came to it later than the API that this is built with.
    private static final class Response extends Message {
        private static final int STATUS = 1;
        private static final int DENIED = 2;
        private static final int OK = 3;
        private static final int METADATA = 4;
        private static final int ERROR = 5;

        Response(Bytes bytes) {
            super(bytes);
        }

        Status status() {
            return Status.of(part(STATUS));
        }

        /// Of the three answers the last one counts.
        private boolean isLast(int number) {
            return lastOf(DENIED, OK, ERROR) == number;
        }

        OkHttpResponse ok() {
            return isLast(OK) ? OkHttpResponse.of(part(OK)) : OkHttpResponse.getDefaultInstance();
        }

        DeniedHttpResponse denied() {
            return isLast(DENIED)
                    ? DeniedHttpResponse.of(part(DENIED))
                    : DeniedHttpResponse.getDefaultInstance();
        }

        boolean isError() {
            return isLast(ERROR);
        }

        DeniedHttpResponse error() {
            return DeniedHttpResponse.of(part(ERROR));
        }

        Struct metadata() {
            return Struct.of(part(METADATA));
        }

        @Override
        public String typeName() {
            return "envoy.service.auth.v3.CheckResponse";
        }

        @Override
        public Message read(Bytes other) {
            return new Response(other);
        }

        @Override
        protected String schema() {
            return "status,1,?m;denied_response,2,?m@a;ok_response,3,?m@a;"
                    + "dynamic_metadata,4,?m;error_response,5,?m@a;";
        }
    }
}
