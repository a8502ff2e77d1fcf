package dev.heddle.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tracing.TracingConfig.RequestIds;
import dev.heddle.telemetry.ByteText;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReasonTest {
    /// Its number is 0x64, which is 100 of 10000: the first of the second percent.
    private static final String ID = "00000064-0000-4000-8000-000000000000";

    private final SplittableRandom random = new SplittableRandom(1);

    private @Nullable String idAfter;

    private Reason decide(Shares shares, RequestIds ids, String... fields) {
        Headers headers = RequestHead.of("GET", "http", "a.test", "/").headers();
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(HeaderName.of(fields[i]), fields[i + 1]);
        }
        Reason reason = Reason.decide(headers, shares, ids, random, new ByteText());
        idAfter = headers.get(HeaderName.X_REQUEST_ID);
        return reason;
    }

    private static Shares randomly(double percent) {
        return new Shares(Share.ALL, new Share((long) (percent * 100), 10_000), Share.ALL);
    }

    @Test
    void theIdOfARequestDecidesSoThatAllProxiesDecideAlike() {
        assertThat(decide(randomly(1), RequestIds.ENVOY, "x-request-id", ID))
                .isEqualTo(Reason.NOT_TRACED);
        assertThat(idAfter).isEqualTo(ID);
        assertThat(decide(randomly(1.01), RequestIds.ENVOY, "x-request-id", ID))
                .isEqualTo(Reason.SAMPLED);
        assertThat(idAfter).isEqualTo("00000064-0000-9000-8000-000000000000");
    }

    @Test
    void whatAProxyBeforeHasDecidedStands() {
        String marked = "00000064-0000-9000-8000-000000000000";
        assertThat(decide(randomly(0), RequestIds.ENVOY, "x-request-id", marked))
                .isEqualTo(Reason.SAMPLED);
        assertThat(idAfter).isEqualTo(marked);
    }

    @Test
    void aClientOrAServiceMayForceIt() {
        String[] byClient = {"x-request-id", ID, "x-client-trace-id", "mine"};
        assertThat(decide(randomly(0), RequestIds.ENVOY, byClient))
                .isEqualTo(Reason.FORCED_BY_CLIENT);
        assertThat(idAfter).isEqualTo("00000064-0000-b000-8000-000000000000");
        String[] byService = {"x-request-id", ID, "x-envoy-force-trace", "1"};
        assertThat(decide(randomly(0), RequestIds.ENVOY, byService))
                .isEqualTo(Reason.FORCED_BY_SERVICE);
        assertThat(idAfter).isEqualTo("00000064-0000-a000-8000-000000000000");
        var noClients = new Shares(new Share(0, 100), new Share(0, 100), Share.ALL);
        assertThat(decide(noClients, RequestIds.ENVOY, byClient)).isEqualTo(Reason.NOT_TRACED);
    }

    @Test
    void theShareOfAllIsTheMost() {
        var overall = new Shares(Share.ALL, Share.ALL, new Share(100, 10_000));
        assertThat(decide(overall, RequestIds.ENVOY, "x-request-id", ID))
                .isEqualTo(Reason.NOT_TRACED);
        String marked = "00000064-0000-9000-8000-000000000000";
        assertThat(decide(overall, RequestIds.ENVOY, "x-request-id", marked))
                .isEqualTo(Reason.NOT_TRACED);
        assertThat(idAfter).isEqualTo(ID);
    }

    @Test
    void anIdThatIsNoUuidDecidesNothing() {
        assertThat(decide(Shares.ALL, RequestIds.ENVOY)).isEqualTo(Reason.NOT_TRACED);
        assertThat(decide(Shares.ALL, RequestIds.ENVOY, "x-request-id", "mine"))
                .isEqualTo(Reason.NOT_TRACED);
        assertThat(idAfter).isEqualTo("mine");
    }

    @Test
    void idsAreLeftAloneWhereTheyAreToBe() {
        assertThat(decide(Shares.ALL, new RequestIds(false, true), "x-request-id", ID))
                .isEqualTo(Reason.SAMPLED);
        assertThat(idAfter).isEqualTo(ID);
        assertThat(decide(randomly(0), new RequestIds(true, false), "x-request-id", ID))
                .isEqualTo(Reason.SAMPLED);
        assertThat(idAfter).isEqualTo(ID);
    }
}
