/// `heddle analyze`: what is wrong with files, with a running mesh, or with the mesh as it would be
/// with the files; as text, JSON or SARIF.
@NullMarked
package dev.heddle.cli.analyze;

import org.jspecify.annotations.NullMarked;
