package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Retry;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Pattern;

/// What Istio makes of a rule's retries.
public final class Retries {
    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
    private static final String STATUSES = "retriable-status-codes";

    private Retries() {}

    /// Istio's own when a rule says nothing; none when it says 0. What a rule leaves out is as in
    /// Istio's own.
    public static Optional<Retry> lower(Optional<HttpRetry> said) {
        if (said.isEmpty()) {
            return Optional.of(Retry.ISTIO);
        }
        HttpRetry retry = said.get();
        if (retry.attempts() <= 0) {
            return Optional.empty();
        }
        var on = new ArrayList<String>();
        var statuses = new ArrayList<Integer>();
        for (String each : retry.retryOn().split(",", -1)) {
            String word = each.strip();
            if (STATUS.matcher(word).matches()) {
                statuses.add(Integer.parseInt(word));
            } else if (!word.isEmpty()) {
                on.add(word);
            }
        }
        if (!statuses.isEmpty() && !on.contains(STATUSES)) {
            on.add(STATUSES);
        }
        boolean isSaid = !on.isEmpty();
        return Optional.of(
                new Retry(
                        retry.attempts(),
                        isSaid ? on : Retry.ISTIO.on(),
                        isSaid ? statuses : Retry.ISTIO.statuses(),
                        retry.perTryTimeout().filter(Duration::isPositive).orElse(Duration.ZERO),
                        retry.backoff().filter(Duration::isPositive),
                        retry.retryIgnorePreviousHosts().orElse(true),
                        retry.retryRemoteLocalities().orElse(false)));
    }
}
