package dev.heddle.control.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.control.order.ProxyOrders.Orders;
import dev.heddle.control.push.Pusher;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyOrdersTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
    private static final String ID = "sidecar~10.0.0.1~web.shop~shop.svc.cluster.local";

    private final List<Runnable> later = new ArrayList<>();
    private final Pusher pusher =
            new Pusher(
                    (edition, scope) -> MeshCompiler.compile(edition.world(), scope),
                    (edition, scope) -> MeshCompiler.compile(edition.world(), scope),
                    Runnable::run,
                    InstantSource.system());
    private final ProxyOrders orders =
            new ProxyOrders(pusher, InstantSource.fixed(NOON), (_, task) -> later.add(task));

    @BeforeEach
    void start() {
        pusher.start();
    }

    @AfterEach
    void stop() {
        pusher.close();
    }

    @Test
    void aLevelEndsByItselfAndOneThatTookItsPlaceDoesNotEndWithIt() {
        Duration life = Duration.ofMinutes(10);
        orders.log(ID, Optional.of(LogLevel.DEBUG), life);
        orders.log(ID, Optional.of(LogLevel.TRACE), life);
        later.getFirst().run();
        assertThat(orders.of(ID))
                .isEqualTo(
                        new Orders(
                                Optional.of(LogLevel.TRACE), Optional.of(NOON.plus(life)), false));
        later.getLast().run();
        assertThat(orders.of(ID)).isEqualTo(Orders.NONE);
    }

    @Test
    void whatIsOrderedTwiceIsTakenBackAtOnce() {
        orders.drain(ID, true);
        assertThat(orders.drain(ID, true).isDraining()).isTrue();
        assertThat(orders.of("another")).isEqualTo(Orders.NONE);
        assertThat(orders.drain(ID, false)).isEqualTo(Orders.NONE);
        assertThat(orders.drain(ID, false)).isEqualTo(Orders.NONE);
    }

    @Test
    void levelsHaveEnvoysWords() {
        assertThat(LogLevel.of("warning")).contains(LogLevel.WARNING);
        assertThat(LogLevel.of("WARN")).isEmpty();
    }
}
