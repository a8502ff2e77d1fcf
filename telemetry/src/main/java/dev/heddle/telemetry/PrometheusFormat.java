package dev.heddle.telemetry;

import java.util.Locale;

/// In which words a scraper is told, by what it says in `accept`.
public enum PrometheusFormat {
    /// Prometheus' text, version 0.0.4: what everybody understands.
    TEXT,
    /// OpenMetrics 1.0.
    OPEN_METRICS;

    /// The one that the scraper likes best. Who says nothing, or nothing of these, gets text.
    ///
    /// @param accept the header's value; empty for none
    public static PrometheusFormat of(String accept) {
        double text = 0;
        double open = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", 32)) {
            String[] words = range.split(";", 16);
            double liking = liking(words);
            switch (words[0].strip()) {
                case "application/openmetrics-text" -> {
                    if (isVersion1(words)) {
                        open = Math.max(open, liking);
                    }
                }
                case "text/plain", "text/*" -> text = Math.max(text, liking);
                default -> {
                    // Of another format, or of any: text is as good.
                }
            }
        }
        return open > 0 && open >= text ? OPEN_METRICS : TEXT;
    }

    /// A range without a version takes any.
    private static boolean isVersion1(String[] words) {
        boolean isOther = false;
        for (String word : words) {
            String plain = word.strip();
            isOther |= plain.startsWith("version=") && !plain.startsWith("version=1.");
        }
        return !isOther;
    }

    private static double liking(String[] words) {
        for (String word : words) {
            String plain = word.strip();
            if (plain.matches("q=[0-9.]{1,6}")) {
                try {
                    return Double.parseDouble(plain.substring(2));
                } catch (NumberFormatException _) {
                    return 0;
                }
            }
        }
        return 1;
    }

    /// What the answer's `content-type` says.
    public String contentType() {
        return switch (this) {
            case TEXT -> PrometheusText.CONTENT_TYPE;
            case OPEN_METRICS -> OpenMetricsText.CONTENT_TYPE;
        };
    }

    /// A page in these words.
    ///
    /// @param page in Prometheus' text format, version 0.0.4
    public String write(String page) {
        return switch (this) {
            case TEXT -> page;
            case OPEN_METRICS -> OpenMetricsText.of(page);
        };
    }
}
