package dev.heddle.e2e.identity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A sample of a proxy's page for Prometheus.
record Scraped(Map<String, String> labels, long value) {
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    /// Those of one of Istio's metrics; none as long as the page is not there.
    ///
    /// @param name without `istio_`
    static List<Scraped> of(
            SecureMesh mesh, String proxy, IstioMetricsTest.Plane plane, String name) {
        var samples = new ArrayList<Scraped>();
        try {
            mesh.metrics(proxy)
                    .lines()
                    .filter(line -> line.startsWith(plane.prefix() + name + "{"))
                    .forEach(line -> {
                        var labels = new TreeMap<String, String>();
                        LABEL.matcher(line)
                                .results()
                                .forEach(it -> labels.put(it.group(1), it.group(2)));
                        samples.add(
                                new Scraped(
                                        labels,
                                        Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
                    });
        } catch (IOException _) {
            // The page is not there yet.
        }
        return samples;
    }
}
