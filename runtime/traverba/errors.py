"""Every error that traverba raises on purpose.

::

    TraverbaError
    ├── BundleError                       the model on disk
    │   ├── BundleNotFoundError           (FileNotFoundError)
    │   ├── BundleFileMissingError        (FileNotFoundError)
    │   ├── BundleHashError               (ValueError)
    │   ├── BundleFormatError             (ValueError)
    │   ├── BundleVersionError            (ValueError)
    │   └── GraphContractError            (ValueError)
    ├── DeviceError                       the machine
    │   ├── LibraryMissingError           (ImportError)
    │   ├── OnnxRuntimeMissingError       (ImportError)
    │   └── ProviderUnavailableError      (RuntimeError)
    ├── InputError                        what the caller asked for
    │   ├── DocumentError                 (ValueError)
    │   ├── DocumentNotFoundError         (FileNotFoundError)
    │   ├── FileFormatError               (ValueError)
    │   ├── GlossaryError                 (ValueError)
    │   ├── LanguageError                 (ValueError)
    │   ├── OptionError                   (ValueError)
    │   ├── OutputExistsError             (FileExistsError)
    │   └── TextDecodingError             (ValueError)
    ├── JobStoppedError                   (RuntimeError)
    └── TranslatorClosedError             (RuntimeError)

Each leaf also inherits the standard class that fits, so that callers who do not
know traverba catch it too; each message says what to do next.
"""


class TraverbaError(Exception):
    """Root of every error raised on purpose."""


class BundleError(TraverbaError):
    """A model bundle cannot be used."""


class BundleNotFoundError(BundleError, FileNotFoundError):
    """No bundle has this name or path."""


class BundleFileMissingError(BundleError, FileNotFoundError):
    """The manifest names a file that is not in the bundle."""


class BundleHashError(BundleError, ValueError):
    """A file is not the one the manifest describes (size or SHA-256)."""


class BundleFormatError(BundleError, ValueError):
    """The manifest, the archive or a graph cannot be parsed."""


class BundleVersionError(BundleError, ValueError):
    """The bundle was written by a newer format than this release reads."""


class GraphContractError(BundleError, ValueError):
    """A graph's tensors are not those that `traverba.contract` declares."""


class DeviceError(TraverbaError):
    """The machine lacks what was asked for."""


class LibraryMissingError(DeviceError, ImportError):
    """A library of an extra is not installed; the message names the install line."""


class OnnxRuntimeMissingError(DeviceError, ImportError):
    """No onnxruntime distribution is installed."""


class ProviderUnavailableError(DeviceError, RuntimeError):
    """The execution provider that was asked for is not there."""


class InputError(TraverbaError):
    """The caller's text or options cannot be used."""


class GlossaryError(InputError, ValueError):
    """A glossary cannot be read; the message names file and line."""


class DocumentError(InputError, ValueError):
    """A file to translate is damaged, not safe to read, or not what its name says."""


class DocumentNotFoundError(InputError, FileNotFoundError):
    """A file to translate, or the folder for its translation, is not there."""


class FileFormatError(InputError, ValueError):
    """No reader is known for files of this name."""


class LanguageError(InputError, ValueError):
    """The model does not translate between these languages."""


class OptionError(InputError, ValueError):
    """An option is outside its range."""


class OutputExistsError(InputError, FileExistsError):
    """The file to write is already there."""


class TextDecodingError(InputError, ValueError):
    """Input bytes are not valid UTF-8."""


class JobStoppedError(TraverbaError, RuntimeError):
    """A long job was stopped before its end, at a deadline or by its caller; it can be continued."""


class TranslatorClosedError(TraverbaError, RuntimeError):
    """The translator was used after `close()`."""
