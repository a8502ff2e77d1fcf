package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Makes the calls of a sheet and holds what comes back against what the sheet expects.
public final class CallCheck {
    private static final double SHARE_TOLERANCE = 5.0;

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
                    .isCloseTo(share.getValue(), within(SHARE_TOLERANCE));
        }
        for (Map.Entry<Integer, Integer> share : call.expect().statuses().entrySet()) {
            double percent = statuses.getOrDefault(share.getKey(), 0) * 100.0 / call.times();
            assertThat(percent)
                    .as("%s: share of %s", call, share.getKey())
                    .isCloseTo(share.getValue(), within(SHARE_TOLERANCE));
        }
        for (Map.Entry<String, Integer> share : call.expect().shares().entrySet()) {
            double percent = answered.getOrDefault(share.getKey(), 0) * 100.0 / call.times();
            assertThat(percent)
                    .as("%s: share of %s", call, share.getKey())
                    .isCloseTo(share.getValue(), within(SHARE_TOLERANCE));
        }
        if (!call.expect().shares().isEmpty()) {
            assertThat(answered.keySet())
                    .as("%s: who answered", call)
                    .isSubsetOf(call.expect().shares().keySet());
        }
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
