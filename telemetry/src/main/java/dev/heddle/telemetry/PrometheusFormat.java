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

    /// Whether a scraper likes protobuf best (`io.prometheus.client.MetricFamily`, each with its
    /// length before it), in which alone there are native histograms.
    ///
    /// @param accept the header's value; empty for none
    public static boolean likesProtobuf(String accept) {
        double protobuf = 0;
        double others = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", 32)) {
            String[] words = range.split(";", 16);
            if (words[0].strip().equals("application/vnd.google.protobuf")) {
                protobuf = isDelimitedFamily(words) ? Math.max(protobuf, liking(words)) : protobuf;
            } else {
                others = Math.max(others, liking(words));
            }
        }
        return protobuf > 0 && protobuf >= others;
    }

    private static boolean isDelimitedFamily(String[] words) {
        for (int i = 1; i < words.length; i++) {
            String plain = words[i].strip();
            boolean isOther =
                    (plain.startsWith("proto=")
                                    && !plain.equals("proto=io.prometheus.client.metricfamily"))
                            || (plain.startsWith("encoding=")
                                    && !plain.equals("encoding=delimited"));
            if (isOther) {
                return false;
            }
        }
        return true;
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
