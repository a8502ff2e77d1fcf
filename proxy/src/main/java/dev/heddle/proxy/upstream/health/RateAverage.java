package dev.heddle.proxy.upstream.health;

import java.util.List;

/// What the success rates of a cluster's hosts were in the last interval.
///
/// @param average percent; -1 where too few hosts had enough requests
/// @param threshold percent below which hosts were ejected; -1 as well
public record RateAverage(double average, double threshold) {
    private static final double THOUSANDTHS = 1000.0;

    /// Nothing is known.
    public static final RateAverage NONE = new RateAverage(-1, -1);

    /// Of the rates of at least one host. A rate is too low when it is so many thousandths of a
    /// standard deviation below the mean.
    static RateAverage of(List<Double> rates, int stdevFactor) {
        double sum = 0;
        for (double rate : rates) {
            sum += rate;
        }
        double mean = sum / rates.size();
        double squares = 0;
        for (double rate : rates) {
            squares += (rate - mean) * (rate - mean);
        }
        double deviation = Math.sqrt(squares / rates.size());
        return new RateAverage(mean, mean - stdevFactor / THOUSANDTHS * deviation);
    }
}
