/// The Kubernetes resources that a mesh knows services by, as far as a mesh reads them.
///
/// Fields that only Kubernetes itself acts on are skipped by name, see
/// [dev.heddle.model.schema.Skips].
@NullMarked
package dev.heddle.model.core;

import org.jspecify.annotations.NullMarked;
