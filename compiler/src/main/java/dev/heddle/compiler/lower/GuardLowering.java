package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Guards;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Logins;
import dev.heddle.compiler.lower.istio.AccessLowering;
import dev.heddle.compiler.lower.istio.TokenLowering;
import dev.heddle.compiler.lower.mesh.Authorizers;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.SecurityPolicies;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import java.util.List;

/// Who may come in to a workload, or through a gateway.
final class GuardLowering {
    private GuardLowering() {}

    /// All that is read of the world.
    static List<Object> parts(World world, ProxyScope scope) {
        return List.of(
                Same.each(world.index().security().tokens(scope.namespace(), scope.labels())),
                Same.each(world.index().security().access(scope.namespace(), scope.labels())),
                Same.as(world.index().keySets()),
                authorizers(world));
    }

    private static Authorizers authorizers(World world) {
        return Authorizers.of(world.settings().config(), world.index().services());
    }

    /// Whether a token behind `Bearer` in `authorization` is looked at, so that none passes that is
    /// not good.
    static boolean takesBearer(World world, ProxyScope scope) {
        return TokenLowering.lower(
                        world.index().security().tokens(scope.namespace(), scope.labels()),
                        world.index().keySets(),
                        scope.role() == Role.GATEWAY)
                .takesBearer();
    }

    /// The listeners with their guards: those of that direction, through which callers come.
    static List<Listener> guarded(
            List<Listener> listeners, Direction from, World world, ProxyScope scope) {
        SecurityPolicies policies = world.index().security();
        var guards =
                new Guards(
                        TokenLowering.lower(
                                policies.tokens(scope.namespace(), scope.labels()),
                                world.index().keySets(),
                                scope.role() == Role.GATEWAY),
                        AccessLowering.lower(
                                policies.access(scope.namespace(), scope.labels()),
                                world.settings().trustDomains(),
                                authorizers(world).usable()),
                        Logins.NONE);
        return guards.equals(Guards.NONE)
                ? listeners
                : listeners.stream()
                        .map(l ->
                                l.direction() == from
                                        ? l.with(guards.with(l.guards().logins()))
                                        : l)
                        .toList();
    }
}
