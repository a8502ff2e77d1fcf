package dev.heddle.bench.jmh;

import dev.heddle.proxy.http.Http1Downstream;
import dev.heddle.proxy.http.Http1Settings;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http2.hpack.HeaderLimits;
import dev.heddle.proxy.http2.hpack.HpackDecoder;
import dev.heddle.proxy.http2.hpack.HpackEncoder;
import dev.heddle.proxy.http2.hpack.Scratch;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Reading a request's head, which happens once for each request, and what HTTP/2 does to four
/// heads of a request: two are read and two are written.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Confined("one JMH thread")
public class ParserBench {
    /// As a service's client library sends it, with a trace.
    private static final String REQUEST =
            """
            GET /api/v1/products/0?expand=reviews HTTP/1.1
            Host: productpage.bookinfo:9080
            User-Agent: okhttp/4.12.0
            Accept: application/json
            Accept-Encoding: gzip
            X-Request-Id: 6f1c1a2e-84a8-4b1a-9d4e-0b8d4f6f8f11
            Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
            X-User: jason

            """
                    .replace("\n", "\r\n");

    private static final List<Field> FIELDS =
            List.of(
                    Field.of(":method", "GET"),
                    Field.of(":scheme", "http"),
                    Field.of(":authority", "productpage.bookinfo:9080"),
                    Field.of(":path", "/api/v1/products/0?expand=reviews"),
                    Field.of("user-agent", "okhttp/4.12.0"),
                    Field.of("accept", "application/json"),
                    Field.of("accept-encoding", "gzip"),
                    Field.of("x-request-id", "6f1c1a2e-84a8-4b1a-9d4e-0b8d4f6f8f11"),
                    Field.of(
                            "traceparent",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                    Field.of("x-user", "jason"));

    private final ByteBuf received =
            PooledByteBufAllocator.DEFAULT
                    .directBuffer(1024)
                    .writeBytes(REQUEST.getBytes(StandardCharsets.US_ASCII));
    private final Silence heard = new Silence();
    private final Scratch scratch = new Scratch();
    private final HpackEncoder encoder = new HpackEncoder(scratch);
    private final HpackDecoder decoder = new HpackDecoder(4096, new HeaderLimits(64 << 10, 100));
    private final ResponseHead response = new ResponseHead();
    private byte[] first = {};
    private byte[] second = {};
    private @Nullable Http1Downstream connection;

    /// Binds what belongs to a thread to the one that measures.
    @Setup
    public void prepare() {
        var loop =
                new ManualIoEventLoop(
                        null,
                        Thread.currentThread(),
                        LocalIoHandler.newFactory(),
                        Ticker.systemTicker());
        var worker =
                new Worker(
                        0,
                        loop,
                        Transport.LOCAL,
                        Ticker.systemTicker(),
                        () -> Instant.EPOCH,
                        new SplittableRandom(1));
        connection = new Http1Downstream(worker, NoWire.IT, Http1Settings.ENVOY, heard);
        // The second block of a connection refers to what the first one said.
        first = block();
        decoder.decode(first, 0, first.length, scratch, heard);
        second = block();
    }

    /// A head of eight lines is read and answered with one of two.
    @Benchmark
    public int http1Head() {
        Http1Downstream server = connection;
        if (server == null) {
            throw new IllegalStateException("connection: null (expected: prepare() first)");
        }
        server.onBytes(
                PooledByteBufAllocator.DEFAULT
                        .directBuffer(1024)
                        .writeBytes(received, 0, received.writerIndex()));
        response.clear();
        response.setStatus(204);
        server.head(response, true);
        server.next();
        return heard.requests();
    }

    /// The first head of a connection, ten fields, most of them in Huffman's code.
    @Benchmark
    public int hpackDecodeFirst() {
        decoder.decode(first, 0, first.length, scratch, heard);
        return heard.fields();
    }

    /// A later one, which refers to what the first one said.
    @Benchmark
    public int hpackDecode() {
        decoder.decode(second, 0, second.length, scratch, heard);
        return heard.fields();
    }

    /// The same the other way.
    @Benchmark
    public int hpackEncode() {
        return encode();
    }

    private int encode() {
        encoder.begin();
        for (Field field : FIELDS) {
            int middle = field.nameLength();
            encoder.field(
                    field.text(), field.hash(), 0, middle, middle, field.text().length - middle);
        }
        return encoder.length();
    }

    private byte[] block() {
        int length = encode();
        return Arrays.copyOf(encoder.encoded(), length);
    }

    /// A field as the encoder takes it.
    @SuppressWarnings("ArrayRecordComponent") // nobody else sees it
    private record Field(byte[] text, int hash, int nameLength) {
        static Field of(String name, String value) {
            return new Field(
                    (name + value).getBytes(StandardCharsets.US_ASCII),
                    name.hashCode(),
                    name.length());
        }
    }
}
