package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HostCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A call of `grpc.health.v1.Health/Check`, whose messages have one field each.
@Confined("worker")
final class GrpcQuestion implements Question {
    private static final String AGENT = "Envoy/HC";
    private static final HeaderName TIMEOUT = HeaderName.of("grpc-timeout");
    private static final int PREFIX = 5;
    private static final int MOST = 4096;

    /// `service`, a text: field 1 of the request.
    private static final byte SERVICE = 0x0a;

    /// `status`, an enum: field 1 of the response.
    private static final byte STATUS = 0x08;

    private static final byte SERVING = 1;

    private final Probe.Grpc probe;
    private final String authority;
    private final Duration timeout;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream(0);
    private int status;
    private boolean isGrpc;
    private String inHead = "";

    GrpcQuestion(Probe.Grpc probe, String authority, Duration timeout) {
        this.probe = probe;
        this.authority = authority;
        this.timeout = timeout;
    }

    @Override
    public boolean isHttp2() {
        return true;
    }

    @Override
    public RequestHead head(String scheme) {
        received.reset();
        inHead = "";
        RequestHead head =
                RequestHead.of("POST", scheme, authority, "/grpc.health.v1.Health/Check");
        Headers headers = head.headers();
        headers.set(HeaderName.TE, "trailers");
        headers.set(HeaderName.CONTENT_TYPE, "application/grpc");
        headers.set(HeaderName.USER_AGENT, AGENT);
        Question.add(probe.metadata(), headers);
        headers.set(TIMEOUT, timeout.toMillis() + "m");
        return head;
    }

    @Override
    public byte @Nullable [] body() {
        byte[] name = probe.service().getBytes(StandardCharsets.UTF_8);
        var message = new ByteArrayOutputStream();
        if (name.length > 0) {
            message.write(SERVICE);
            for (int left = name.length; ; left >>>= 7) {
                message.write(left < 128 ? left : (left & 127) | 128);
                if (left < 128) {
                    break;
                }
            }
            message.writeBytes(name);
        }
        return ByteBuffer.allocate(PREFIX + message.size())
                .put((byte) 0)
                .putInt(message.size())
                .put(message.toByteArray())
                .array();
    }

    @Override
    public void onHead(ResponseHead head) {
        status = head.status();
        isGrpc = GrpcStatus.isCall(head.headers());
        String ended = head.headers().get(HeaderName.GRPC_STATUS);
        inHead = ended == null ? "" : ended;
    }

    @Override
    public void onBody(ByteBuf bytes) {
        int room = Math.min(bytes.readableBytes(), MOST - received.size());
        if (room > 0) {
            received.writeBytes(ByteBufUtil.getBytes(bytes, bytes.readerIndex(), room));
        }
        bytes.release();
    }

    @Override
    public Verdict verdict(HostCheck check, @Nullable Headers trailers) {
        String ended = trailers == null ? inHead : trailers.get(HeaderName.GRPC_STATUS);
        boolean isPassed = status == 200 && isGrpc && "0".equals(ended) && isServing();
        return isPassed ? Verdict.PASSED : Verdict.FAILED;
    }

    private boolean isServing() {
        byte[] all = received.toByteArray();
        if (all.length < PREFIX + 2 || all[0] != 0) {
            return false;
        }
        int length = ByteBuffer.wrap(all, 1, 4).getInt();
        return length == all.length - PREFIX && all[PREFIX] == STATUS && all[PREFIX + 1] == SERVING;
    }
}
