package dev.heddle.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.heddle.bench.row.RowResult;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.xml.sax.InputSource;

class ReportsTest {
    private static final Machine MACHINE = new Machine("a \"fast\" one", 2, "6.1", "25", 0.5);

    private static RowResult row() {
        List<Measurement> measured =
                List.of(
                        new Measurement("heddle", 1, Map.of(Metric.CPU, 8.0)),
                        new Measurement("haproxy", 1, Map.of(Metric.CPU, 10.0)),
                        new Measurement("heddle", 2, Map.of(Metric.CPU, 9.0)),
                        new Measurement("haproxy", 2, Map.of(Metric.CPU, 10.0)));
        Map<String, String> absent = Map.of("envoy", "not run: no envoy");
        List<Judgement> judgements =
                List.of(
                        Judgement.of(
                                Target.ratioAtMost(Metric.CPU, "heddle", "haproxy", 0.9, 0.7),
                                measured,
                                absent),
                        Judgement.of(Target.atMost(Metric.CPU, "heddle", 8, 7), measured, absent),
                        Judgement.of(
                                Target.ratioAtMost(Metric.CPU, "heddle", "envoy", 0.5, 0.4),
                                measured,
                                absent));
        return new RowResult(
                "2a", "HTTP", List.of("haproxy", "envoy", "heddle"), measured, absent, judgements);
    }

    @Test
    void theTableSaysWhatWasWantedAndWhatCame() {
        assertThat(TextReport.row(row()))
                .contains("heddle / haproxy", "0.85 (0.80–0.90, 2 rounds)  MET")
                .contains("8.50 (8–9, 2 rounds)  MISSED")
                .contains("not run: no envoy");
        assertThat(TextReport.summary(List.of(row()), MACHINE))
                .contains("1 targets met, 1 missed, 1 open (not counted)");
    }

    @Test
    void theJsonHoldsEveryRound() {
        var settings = LoadSettings.builder().build();
        Object read = new Load(settings).loadFromString(JsonReport.of(List.of(row()), MACHINE));
        assertThat(read).extracting("machine.processor").isEqualTo("a \"fast\" one");
        assertThat(read)
                .extracting("rows")
                .asInstanceOf(LIST)
                .first()
                .satisfies(row -> {
                    assertThat(row).extracting("rounds").asInstanceOf(LIST).hasSize(4);
                    assertThat(row)
                            .extracting("targets")
                            .asInstanceOf(LIST)
                            .extracting("verdict")
                            .containsExactly("met", "missed", "open");
                });
    }

    @Test
    void thePictureHasALineForEachJudgedTarget() throws Exception {
        String svg = SvgPlot.of(List.of(row()));
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
    }
}
