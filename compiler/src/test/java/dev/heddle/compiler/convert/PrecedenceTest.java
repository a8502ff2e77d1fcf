package dev.heddle.compiler.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heddle.compiler.convert.Precedence.Kept;
import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.model.gatewayapi.HttpRoute.Method;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrecedenceTest {
    private static final List<PathForm> PATHS =
            List.of(
                    PathForm.Segments.ANY,
                    new PathForm.Exact("/a"),
                    new PathForm.Exact("/a/b"),
                    new PathForm.Letters("/a"),
                    new PathForm.Letters("/a/"),
                    new PathForm.Letters("/ab"),
                    new PathForm.Segments("/a"),
                    new PathForm.Segments("/a/b"),
                    new PathForm.Regex("/[a-z]"));
    private static final List<String> ASKED = List.of("/", "/a", "/a/", "/ab", "/a/b", "/b");

    @Test
    void anEarlierRuleGetsAMatchThatSaysBothConditions() {
        var jason = form(PathForm.Segments.ANY, Map.of("user", "jason"));
        var health = form(new PathForm.Exact("/health"), Map.of());
        Kept kept = Precedence.keep(List.of(placed(0, jason), placed(1, health)));
        assertThat(kept.lost()).isEmpty();
        assertThat(kept.matches())
                .extracting(Placed::rule, Placed::form)
                .containsExactly(
                        tuple(0, jason),
                        tuple(0, form(new PathForm.Exact("/health"), Map.of("user", "jason"))),
                        tuple(1, health));
    }

    @Test
    void whatNoRequestEverComesToIsLeftOut() {
        var all = form(new PathForm.Letters("/a"), Map.of());
        var some = form(new PathForm.Exact("/a/b"), Map.of());
        assertThat(Precedence.keep(List.of(placed(0, all), placed(1, some))).matches())
                .containsExactly(placed(0, all));
    }

    @Test
    void expressionsThatMayMeetAreToldOf() {
        var one = form(new PathForm.Regex("/[a-z]"), Map.of());
        var other = form(new PathForm.Regex("/[a-z]|/longer"), Map.of());
        Kept kept = Precedence.keep(List.of(placed(0, one), placed(1, other)));
        assertThat(kept.lost())
                .containsExactly(new Precedence.Lost(placed(0, one), placed(1, other)));
        assertThat(Precedence.keep(List.of(placed(0, other), placed(1, one))).lost()).isEmpty();
    }

    /// First of the original is best of the kept, for every request.
    @Test
    void theSameRuleDecidesWhateverTheOrder() {
        var random = new Random(42);
        int decided = 0;
        for (int round = 0; round < 400; round++) {
            var original = new ArrayList<Placed>();
            int rules = 1 + random.nextInt(4);
            for (int rule = 0; rule < rules; rule++) {
                original.add(placed(rule, form(random)));
            }
            Kept kept = Precedence.keep(original);
            if (!kept.lost().isEmpty()) {
                continue;
            }
            for (MatchForm request : requests()) {
                Optional<Integer> first =
                        original.stream()
                                .filter(p -> p.form().covers(request))
                                .map(Placed::rule)
                                .findFirst();
                Optional<Integer> best =
                        kept.matches().stream()
                                .filter(p -> p.form().covers(request))
                                .min(
                                        Comparator.comparing((Placed p) -> p.form().rank())
                                                .thenComparingInt(Placed::rule))
                                .map(Placed::rule);
                assertThat(best).as("%s of %s", request, original).isEqualTo(first);
                decided += first.isPresent() ? 1 : 0;
            }
        }
        assertThat(decided).isGreaterThan(5000);
    }

    private static Placed placed(int rule, MatchForm form) {
        return new Placed(rule, form, form.path());
    }

    private static MatchForm form(PathForm path, Map<String, String> headers) {
        return new MatchForm(path, Optional.empty(), exactly(headers), Map.of());
    }

    private static Map<String, ValueForm> exactly(Map<String, String> values) {
        var all = new HashMap<String, ValueForm>();
        values.forEach((name, value) -> all.put(name, new ValueForm(ValueType.Exact, value)));
        return all;
    }

    private static MatchForm form(Random random) {
        var headers = new HashMap<String, ValueForm>();
        if (random.nextInt(3) == 0) {
            headers.put("h", new ValueForm(ValueType.Exact, random.nextBoolean() ? "1" : "2"));
        }
        if (random.nextInt(4) == 0) {
            headers.put("g", ValueForm.PRESENT);
        }
        return new MatchForm(
                PATHS.get(random.nextInt(PATHS.size())),
                random.nextInt(3) == 0 ? Optional.of(Method.POST) : Optional.empty(),
                headers,
                Map.of());
    }

    private static List<MatchForm> requests() {
        var all = new ArrayList<MatchForm>();
        for (String path : ASKED) {
            for (Method method : List.of(Method.GET, Method.POST)) {
                for (Map<String, String> headers :
                        List.<Map<String, String>>of(
                                Map.of(),
                                Map.of("h", "1"),
                                Map.of("h", "2"),
                                Map.of("h", "1", "g", "x"))) {
                    all.add(
                            new MatchForm(
                                    new PathForm.Exact(path),
                                    Optional.of(method),
                                    exactly(headers),
                                    Map.of()));
                }
            }
        }
        return all;
    }
}
