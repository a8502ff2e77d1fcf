package dev.heddle.proxy.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ListenerFacts;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tuning.RuntimeValue;
import dev.heddle.proxy.tuning.RuntimeValues;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlightRecorderTest {
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory());
    private final Worker worker =
            new Worker(
                    0,
                    loop,
                    Transport.LOCAL,
                    Ticker.systemTicker(),
                    InstantSource.system(),
                    () -> 0);
    private final FlightRecorder recorder = new FlightRecorder(worker);
    private final RequestHead request = new RequestHead();
    private final StreamInfo info = new StreamInfo();

    private void add(String path, int code) {
        request.setMethod("GET");
        request.setAuthority("shop.test");
        request.setPath(path);
        info.start(5_000_000_007L, 1_000);
        info.setResponseCode(code);
        info.ended(2_001_000);
        recorder.add(request, info);
    }

    private void size(int slots) {
        worker.adopt(
                new RuntimeValues(
                        Map.of(FlightRecorder.SIZE, RuntimeValue.ofText(Integer.toString(slots)))));
        loop.run(0);
    }

    private List<String> paths() {
        return recorder.read().stream().map(it -> it.request().path()).toList();
    }

    @Test
    void theNewestRequestsAreRememberedTheNewestFirst() {
        size(3);
        for (int i = 0; i < 5; i++) {
            add("/" + i, 200);
        }
        assertThat(paths()).containsExactly("/4", "/3", "/2");
    }

    @Test
    void theRuntimeSaysHowManyAtAnyTime() {
        for (int i = 0; i < FlightRecorder.USUAL + 5; i++) {
            add("/" + i, 200);
        }
        assertThat(paths()).hasSize(FlightRecorder.USUAL).startsWith("/1004").endsWith("/5");
        size(2);
        add("/a", 200);
        assertThat(paths()).containsExactly("/a", "/1004");
        size(4);
        add("/b", 200);
        assertThat(paths()).containsExactly("/b", "/a", "/1004");
        add("/c", 200);
        add("/d", 200);
        assertThat(paths()).containsExactly("/d", "/c", "/b", "/a");
        size(0);
        add("/e", 200);
        assertThat(paths()).isEmpty();
        size(1);
        add("/f", 200);
        add("/g", 200);
        assertThat(paths()).containsExactly("/g");
    }

    @Test
    void whatWasDecidedIsRemembered() {
        var client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        info.onConnection(1, "in", "", client, client);
        info.setFacts(new ListenerFacts("7", "outbound", Metadata.NONE, Metadata.NONE), () -> 0);
        request.headers().set(HeaderName.X_REQUEST_ID, "6b3f1c52-1f0e-9d53-a1f5-27c1b1e6f0aa");
        info.start(5_000_000_007L, 1_000);
        info.setRoute("host", "to-api");
        info.setRouteMetadata(
                name -> name.equals("heddle") ? Map.of("resource", "VirtualService a/b") : null);
        info.setCluster("outbound|80||api");
        info.setUpstreamHost("10.0.0.1:80");
        info.setResponseDetails("upstream_response_timeout");
        info.flag(ResponseFlag.UT);
        info.addAttempt();
        request.setMethod("POST");
        request.setAuthority("a".repeat(100));
        request.setPath("/x?token=secret");
        info.setResponseCode(504);
        info.ended(2_001_000);

        recorder.add(request, info);

        Flight flight = recorder.read().getFirst();
        assertThat(flight)
                .isEqualTo(
                        new Flight(
                                5_000_000_007L,
                                2_000_000,
                                new Flight.Request(
                                        "POST",
                                        "a".repeat(64),
                                        "/x",
                                        "6b3f1c52-1f0e-9d53-a1f5-27c1b1e6f0aa",
                                        "",
                                        "",
                                        "127.0.0.1:4711"),
                                new Flight.Way(
                                        "outbound",
                                        "to-api",
                                        "VirtualService a/b",
                                        "outbound|80||api",
                                        "10.0.0.1:80",
                                        "7"),
                                504,
                                List.of(ResponseFlag.UT),
                                "upstream_response_timeout",
                                1));
    }

    @Test
    void aQueryNarrowsWhatIsShown() {
        add("/a", 200);
        add("/b/x", 503);
        add("/b/y", 500);
        var all = List.of(recorder.read());
        assertThat(FlightQuery.of(Map.of()).json(all)).contains("/a", "/b/x", "/b/y");
        assertThat(FlightQuery.of(Map.of("code", "5xx")).json(all))
                .contains("/b/x", "/b/y")
                .doesNotContain("/a");
        assertThat(FlightQuery.of(Map.of("code", "503")).json(all)).doesNotContain("/b/y");
        assertThat(FlightQuery.of(Map.of("path", "/b")).json(all)).doesNotContain("\"/a\"");
        assertThat(FlightQuery.of(Map.of("min_duration_ms", "3")).json(all))
                .isEqualTo("{\"requests\":[]}\n");
        assertThat(FlightQuery.of(Map.of("limit", "1")).json(all)).containsOnlyOnce("\"path\"");
        assertThatThrownBy(() -> FlightQuery.of(Map.of("code", "6xx")))
                .hasMessageStartingWith("code '6xx' (expected: ");
    }
}
