/// Untyped values, as YAML and JSON have them, each with its place in the text.
@NullMarked
package dev.heddle.model.tree;

import org.jspecify.annotations.NullMarked;
