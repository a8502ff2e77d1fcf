package dev.heddle.model.codec;

import dev.heddle.model.Position;

/// A text that is well-formed but that nobody should use. Never leaves this package.
final class BrokenYaml extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Position position;
    private final String problem;
    private final String hint;

    BrokenYaml(Position position, String problem, String hint) {
        super(problem, null, false, false);
        this.position = position;
        this.problem = problem;
        this.hint = hint;
    }

    Position position() {
        return position;
    }

    String problem() {
        return problem;
    }

    String hint() {
        return hint;
    }
}
