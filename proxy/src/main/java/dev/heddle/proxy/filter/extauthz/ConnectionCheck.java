package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One question whether a client may connect.
@Confined("worker")
public final class ConnectionCheck {
    private static final String NAME = "envoy.filters.network.ext_authz";

    private final ConnectionCheckConfig config;
    private final StreamInfo info;
    private final FilterStats stats;
    private final long askedNanos;
    private final FilterContext context;
    private final Consumer<String> hears;
    private @Nullable Check check;

    /// @param hears the refusal as logs have it, empty for none; once, maybe before [#start]
    ///   returns, and not after [#cancel]
    public ConnectionCheck(
            ConnectionCheckConfig config,
            FilterContext context,
            StreamInfo info,
            FilterStats stats,
            Consumer<String> hears) {
        this.config = config;
        this.context = context;
        this.info = info;
        this.stats = stats;
        this.hears = hears;
        this.askedNanos = context.worker().nanos();
    }

    /// Asks, unless this connection is none of those that are asked about.
    public void start() {
        if (!config.enabled().test(info.metadata())) {
            count("disabled");
            hears.accept("");
            return;
        }
        count("total");
        stats.move(stat("active"), 1);
        var question =
                Check.of(
                        context,
                        config.service(),
                        CheckMessage.ofConnection(info, config.told()),
                        new ExchangeRecord(info, UnaryOperator.identity()),
                        info,
                        this::onAnswer);
        check = question;
        question.start();
    }

    /// Gives the question up.
    public void cancel() {
        if (check != null) {
            check.cancel();
            check = null;
            stats.move(stat("active"), -1);
        }
    }

    private void onAnswer(Answer answer) {
        check = null;
        stats.move(stat("active"), -1);
        hears.accept(
                switch (answer) {
                    case Answer.Allowed allowed -> {
                        count("ok");
                        tell(allowed.metadata(), true);
                        yield "";
                    }
                    case Answer.Denied denied -> {
                        count("denied");
                        count("cx_closed");
                        tell(denied.metadata(), false);
                        yield "ext_authz_denied";
                    }
                    case Answer.Failed _ -> {
                        count("error");
                        count(config.allowsOnFailure() ? "failure_mode_allowed" : "cx_closed");
                        yield config.allowsOnFailure() ? "" : "ext_authz_error";
                    }
                });
    }

    private void tell(Map<String, @Nullable Object> metadata, boolean isAllowed) {
        if (metadata.isEmpty()) {
            return;
        }
        Map<String, @Nullable Object> found = new HashMap<>(metadata);
        if (isAllowed) {
            found.put(
                    "ext_authz_duration",
                    (double) TimeUnit.NANOSECONDS.toMillis(context.worker().nanos() - askedNanos));
        }
        info.setMetadata(NAME, found);
    }

    private void count(String stat) {
        stats.count(stat(stat));
    }

    private String stat(String stat) {
        return "ext_authz." + config.statPrefix() + "." + stat;
    }
}
