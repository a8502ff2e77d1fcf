package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;

/// Makes the calls of a sheet and holds what comes back against what the sheet expects.
public final class CallCheck {
    /// So many standard deviations that chance alone fails one comparison in two millions.
    private static final double DEVIATIONS = 5;

    /// Points of a ring that the smallest of Envoy's has for all hosts together.
    private static final int RING_POINTS = 1_024;

    /// Shares are written as whole numbers.
    private static final double ROUNDED = 0.5;

    private CallCheck() {}

    public static void check(MeshUnderTest mesh, CallSheet sheet) {
        assertThat(sheet.calls()).as("calls.yaml").isNotEmpty();
        sheet.calls().forEach(call -> check(mesh, call));
    }

    private static void check(MeshUnderTest mesh, CallSheet.Call call) {
        var heard = new HashMap<String, Integer>();
        call.expect().mirrored().keySet().forEach(it -> heard.put(it, mesh.heard(it)));
        var answered = new HashMap<String, Integer>();
        var statuses = new HashMap<Integer, Integer>();
        CallSheet.Call next = call;
        for (int i = 0; i < call.times(); i++) {
            if (call.expect().refused()) {
                assertThat(mesh.isRefused(call)).as("%s: refused", call).isTrue();
                continue;
            }
            if (call.expect().ended()) {
                assertThat(mesh.isEnded(call)).as("%s: ended", call).isTrue();
                continue;
            }
            long began = mesh.nanos();
            Answer answer = mesh.call(next);
            long took = TimeUnit.NANOSECONDS.toMillis(mesh.nanos() - began);
            call.expect()
                    .waits()
                    .ifPresent(least ->
                            assertThat(took)
                                    .as("%s: milliseconds", call)
                                    .isGreaterThanOrEqualTo(least));
            checkOne(call, answer);
            statuses.merge(answer.status(), 1, Integer::sum);
            if (call.expect().sticks()) {
                CallSheet.Call now = next;
                next =
                        answer.header("set-cookie")
                                .map(it -> now.with(it.split(";", -1)[0]))
                                .orElse(now);
            }
            answer.destination().ifPresent(d -> answered.merge(d, 1, Integer::sum));
        }
        if (call.expect().sticks()) {
            assertThat(answered).as("%s: who answered", call).hasSize(1);
        }
        for (Map.Entry<String, Integer> share : call.expect().mirrored().entrySet()) {
            int before = heard.getOrDefault(share.getKey(), 0);
            int expected = share.getValue() * call.times() / 100;
            // Copies come when they come.
            for (int i = 0; i < 200 && mesh.heard(share.getKey()) - before < expected; i++) {
                mesh.pause();
            }
            assertThat((mesh.heard(share.getKey()) - before) * 100.0 / call.times())
                    .as("%s: copies to %s", call, share.getKey())
                    .isCloseTo(share.getValue(), allowance(share.getValue(), call));
        }
        for (Map.Entry<Integer, Integer> share : call.expect().statuses().entrySet()) {
            double percent = statuses.getOrDefault(share.getKey(), 0) * 100.0 / call.times();
            assertThat(percent)
                    .as("%s: share of %s", call, share.getKey())
                    .isCloseTo(share.getValue(), allowance(share.getValue(), call));
        }
        for (Map.Entry<String, Integer> share : call.expect().shares().entrySet()) {
            double percent = answered.getOrDefault(share.getKey(), 0) * 100.0 / call.times();
            assertThat(percent)
                    .as("%s: share of %s", call, share.getKey())
                    .isCloseTo(share.getValue(), allowance(share.getValue(), call));
        }
        if (!call.expect().shares().isEmpty()) {
            assertThat(answered.keySet())
                    .as("%s: who answered", call)
                    .isSubsetOf(call.expect().shares().keySet());
        }
    }

    /// How far a share of the calls may be from what is expected: what chance does to so many
    /// calls, and, where they are hashed, to the parts that hosts have of a ring.
    private static Offset<Double> allowance(int percent, CallSheet.Call call) {
        double chance = percent / 100.0 * (1 - percent / 100.0);
        double variance =
                chance / call.times() + (call.expect().hashed() ? chance / RING_POINTS : 0);
        return within(ROUNDED + DEVIATIONS * 100 * Math.sqrt(variance));
    }

    private static void checkOne(CallSheet.Call call, Answer answer) {
        CallSheet.Expect expect = call.expect();
        if (expect.unsecured()) {
            assertThat(answer.status()).as("%s: status", call).isEqualTo(503);
            assertThat(answer.destination()).as("%s: who answered", call).isEmpty();
        }
        expect.status()
                .ifPresent(s -> assertThat(answer.status()).as("%s: status", call).isEqualTo(s));
        if (expect.shares().isEmpty() && !expect.sticks() && expect.status().isPresent()) {
            assertThat(answer.destination())
                    .as("%s: who answered", call)
                    .isEqualTo(expect.destination());
        }
        expect.path()
                .ifPresent(p -> assertThat(answer.seen("path")).as("%s: path", call).hasValue(p));
        expect.authority()
                .ifPresent(
                        a -> assertThat(answer.seen("authority")).as("%s: host", call).hasValue(a));
        expect.requestHeaders()
                .forEach((name, value) ->
                        assertThat(answer.seen("header:" + name))
                                .as("%s: request header %s", call, name)
                                .isEqualTo(value));
        expect.responseHeaders().forEach((name, value) -> checkHeader(call, answer, name, value));
    }

    private static void checkHeader(
            CallSheet.Call call, Answer answer, String name, Optional<String> value) {
        assertThat(answer.header(name)).as("%s: response header %s", call, name).isEqualTo(value);
    }
}
