package dev.heddle.e2e;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import dev.heddle.testkit.JavaCommand;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// Which fields of Envoy's messages Heddle's own proxy reads or notes, found in its sources: each
/// parser says them in a call of `Findings.fields`, and all others are refused.
///
/// Where several parsers read the same message in different places, all their fields count.
final class ReadFields extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private static final Path PARSERS =
            Repository.root().resolve("proxy/src/main/java/dev/heddle/proxy");

    /// A package, and a message of it.
    private static final Pattern NAME = Pattern.compile("([a-z0-9_.]+)\\.([A-Z].*)");

    private static final int WIDTH = 84;

    private final Map<String, Set<String>> fields = new TreeMap<>();
    private final Trees trees;

    private ReadFields(Trees trees) {
        this.trees = trees;
    }

    /// The fields, by the message's full name.
    static Map<String, Set<String>> ofProxy() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> sources;
        try (Stream<Path> all = Files.walk(PARSERS)) {
            sources =
                    all.filter(path -> path.toString().endsWith(".java"))
                            .filter(ReadFields::callsFields)
                            .toList();
        }
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    _ -> {},
                                    List.of("-proc:none", "-cp", JavaCommand.classPath()),
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources));
            var units = new ArrayList<CompilationUnitTree>();
            task.parse().forEach(units::add);
            task.analyze();
            var found = new ReadFields(Trees.instance(task));
            units.forEach(unit -> found.scan(unit, null));
            return found.fields;
        }
    }

    private static boolean callsFields(Path file) {
        try {
            return Files.readString(file).contains("fields(");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
        Element method = trees.getElement(getCurrentPath());
        if (method != null
                && method.getSimpleName().contentEquals("fields")
                && isOfFindings(method.getEnclosingElement())
                && call.getArguments().size() >= 3) {
            add(call.getArguments());
        }
        return super.visitMethodInvocation(call, null);
    }

    private static boolean isOfFindings(@Nullable Element owner) {
        return owner != null && owner.getSimpleName().contentEquals("Findings");
    }

    private void add(List<? extends ExpressionTree> arguments) {
        TypeMirror type = trees.getTypeMirror(path(arguments.get(1)));
        // Findings itself passes on what it was given.
        if (type.getKind() == TypeKind.DECLARED && !type.toString().endsWith(".wire.Message")) {
            Set<String> all = fields.computeIfAbsent(type.toString(), _ -> new TreeSet<>());
            arguments.stream().skip(2).forEach(argument -> collect(path(argument), all));
        }
    }

    private TreePath path(Tree tree) {
        return new TreePath(getCurrentPath(), tree);
    }

    /// The texts in an expression, and in the constants that it names.
    private void collect(TreePath expression, Set<String> into) {
        new TreePathScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
                into.add(String.valueOf(literal.getValue()));
                return null;
            }

            @Override
            public @Nullable Void visitIdentifier(
                    com.sun.source.tree.IdentifierTree name, @Nullable Void nothing) {
                constant(trees.getElement(getCurrentPath()), into);
                return null;
            }

            @Override
            public @Nullable Void visitMemberSelect(
                    com.sun.source.tree.MemberSelectTree name, @Nullable Void nothing) {
                constant(trees.getElement(getCurrentPath()), into);
                return null;
            }
        }.scan(expression, null);
    }

    private void constant(@Nullable Element element, Set<String> into) {
        if (!(element instanceof VariableElement variable)
                || element.getKind() != ElementKind.FIELD) {
            return;
        }
        TreePath declared = trees.getPath(element);
        if (variable.getConstantValue() instanceof String text) {
            into.add(text);
        } else if (declared != null
                && declared.getLeaf() instanceof VariableTree tree
                && tree.getInitializer() != null) {
            collect(new TreePath(declared, tree.getInitializer()), into);
        }
    }

    /// As the compiler's table has it: a line for each package, then one for each of its messages.
    static String text(Map<String, Set<String>> fields) {
        var out = new StringBuilder();
        String before = "";
        for (Map.Entry<String, Set<String>> entry : fields.entrySet()) {
            Matcher name = NAME.matcher(entry.getKey());
            if (!name.matches()) {
                throw new AssertionError(entry.getKey() + " is no name of a message");
            }
            if (!name.group(1).equals(before)) {
                before = name.group(1);
                out.append(before).append('\n');
            }
            String all = String.join(" ", entry.getValue());
            out.append(wrapped((name.group(2) + ": " + all).strip())).append('\n');
        }
        return out.toString();
    }

    /// In lines that begin with a space where they go on.
    private static String wrapped(String line) {
        var out = new StringBuilder();
        int width = 0;
        for (String word : line.split(" ", -1)) {
            if (width + word.length() > WIDTH && width > 0) {
                out.append("\n   ");
                width = 3;
            }
            out.append(width == 0 ? "" : " ").append(word);
            width += word.length() + 1;
        }
        return out.toString();
    }
}
