/// `heddle verify`: whether a configuration does what MeshTests expect of it; as text, JSON or
/// JUnit's XML.
@NullMarked
package dev.heddle.cli.verify;

import org.jspecify.annotations.NullMarked;
