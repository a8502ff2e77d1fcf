package dev.heddle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoPlanTest {
    private static java.util.List<Integer> ports(DemoPlan plan) {
        var ports = new ArrayList<Integer>();
        ports.add(plan.gatewayPort());
        ports.add(plan.gatewayAdmin());
        ports.add(plan.consolePort());
        ports.add(plan.xdsPort());
        ports.add(plan.caPort());
        for (var workload : plan.workloads()) {
            ports.add(workload.ports().admin());
            ports.add(workload.ports().httpProxy());
            ports.add(workload.ports().inbound());
            ports.add(workload.ports().application());
        }
        return ports;
    }

    @Test
    void onAnIdleMachineTheNumbersAreRound() {
        var plan = DemoPlan.on(8080, 15080, 20000, 15010, _ -> true);
        assertThat(plan.xdsPort()).isEqualTo(15010);
        assertThat(plan.workloads())
                .extracting(Workload::name)
                .containsExactly(
                        "productpage-v1",
                        "details-v1",
                        "reviews-v1",
                        "reviews-v2",
                        "reviews-v3",
                        "ratings-v1");
        assertThat(plan.workloads().getFirst().ports())
                .isEqualTo(new Workload.Ports(20010, 20011, 20012, 20013));
    }

    @Test
    void noPortIsGivenTwiceOrTaken() {
        var plan =
                DemoPlan.on(
                        20_010, 20_032, 20_000, 15_010, port -> port != 20_021 && port != 15_010);
        assertThat(ports(plan)).doesNotHaveDuplicates();
        assertThat(ports(plan)).doesNotContain(15_010, 20_021);
        assertThat(plan.xdsPort()).isEqualTo(20_001);
    }

    @Test
    void withoutFreePortsThereIsNoPlan() {
        assertThatThrownBy(() -> DemoPlan.on(8080, 15080, 20000, 15010, _ -> false))
                .hasMessageContaining("too few free ports");
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        assertThatThrownBy(() ->
                        new DemoOptions(
                                DataPlane.HEDDLE,
                                true,
                                70_000,
                                15080,
                                Optional.empty(),
                                java.nio.file.Path.of("x"),
                                List.of()))
                .hasMessage("--gateway-port: 70000 (expected: 1 to 65535)");
        assertThatThrownBy(() ->
                        new DemoOptions(
                                DataPlane.HEDDLE,
                                true,
                                8080,
                                8080,
                                Optional.empty(),
                                java.nio.file.Path.of("x"),
                                List.of()))
                .hasMessageContaining("--console-port: 8080");
    }
}
