"""Allow-list of the classes that a model file may name: Keras's layers, operations and settings.

Every class on the list computes only with its inputs, its weights and the numbers in its
configuration. Classes that run code of the file (Lambda), read other files (StringLookup's vocabulary,
TFSMLayer) or come from another package are not on it.
"""

from __future__ import annotations

from typing import Final

_LAYERS: Final = """
    Activation ActivityRegularization Add AlphaDropout Average BatchNormalization CategoryEncoding
    Concatenate Cropping1D Dense Discretization Dot Dropout ELU Embedding Flatten GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalMaxPooling1D GroupNormalization Identity InputLayer
    LayerNormalization LeakyReLU Masking Maximum Minimum Multiply Normalization PReLU Permute
    RMSNormalization ReLU RepeatVector Rescaling Reshape Softmax SpatialDropout1D Subtract
    UnitNormalization
"""

_OPERATIONS: Final = {
    "core": "Cast StopGradient",
    "numpy": """
        Abs Absolute Add Average Clip Concatenate Divide Equal Exp ExpandDims Greater GreaterEqual
        Less LessEqual Log Log1p LogicalAnd LogicalNot LogicalOr Matmul Max Maximum Mean Min Minimum
        Multiply Negative NotEqual Power Reciprocal Repeat Reshape Round Sign Split Sqrt Square
        Squeeze Stack Subtract Sum Take Tanh Tile Transpose TrueDivide Vecdot Where GetItem Dot
    """,
    "nn": """
        Celu Elu Gelu HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid Normalize OneHot Relu Relu6
        Selu Sigmoid Silu Softmax Softplus Softsign
    """,
    "math": "Erf Logsumexp Rsqrt",
}

_INITIALIZERS: Final = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones
    Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
"""

_REGULARIZERS: Final = "L1 L2 L1L2 OrthogonalRegularizer"
_CONSTRAINTS: Final = "MaxNorm MinMaxNorm NonNeg UnitNorm"

MODELS: Final = {"Functional": "keras.src.models.functional", "Sequential": "keras"}
"""Class of a model → module that Keras writes for it."""

LAYERS: Final = dict.fromkeys(_LAYERS.split(), "keras.layers")
"""Layer → module."""

OPERATIONS: Final = {
    name: f"keras.src.ops.{module}"
    for module, names in _OPERATIONS.items()
    for name in names.split()
}
"""Operation → module."""

SETTINGS: Final = {
    **dict.fromkeys(_INITIALIZERS.split(), "keras.initializers"),
    **dict.fromkeys(_REGULARIZERS.split(), "keras.regularizers"),
    **dict.fromkeys(_CONSTRAINTS.split(), "keras.constraints"),
    "DTypePolicy": "keras",
}
"""Initializer, regularizer, constraint or policy → module."""

_SEQUENCES: Final = """
    AdditiveAttention Attention AveragePooling1D Bidirectional Conv1D Conv1DTranspose ConvLSTM1D
    DepthwiseConv1D GRU GRUCell GroupQueryAttention LSTM LSTMCell MaxPooling1D MultiHeadAttention RNN
    SeparableConv1D SimpleRNN SimpleRNNCell StackedRNNCells TimeDistributed UpSampling1D ZeroPadding1D
    CuDNNGRU CuDNNLSTM
"""
_IMAGES: Final = """
    AveragePooling2D Conv2D Conv2DTranspose Cropping2D DepthwiseConv2D GlobalAveragePooling2D
    GlobalMaxPooling2D MaxPooling2D Resizing SeparableConv2D SpatialDropout2D UpSampling2D
    ZeroPadding2D Conv3D MaxPooling3D
"""
NOT_SUPPORTED: Final = {
    **dict.fromkeys(
        _SEQUENCES.split(),
        "it reads a list, such as a reader's last books, and an imported model is given numbers of "
        "one reader and one book; import a model of pairs, or train one here with 'bookrec train'",
    ),
    **dict.fromkeys(
        _IMAGES.split(),
        "it reads images, and an imported model is given numbers of one reader and one book",
    ),
    **dict.fromkeys(
        ("Hashing", "HashedCrossing"),
        "it hashes its input; give the model codes, and save what maps values to them beside it",
    ),
    "EinsumDense": "build it with Dense layers",
    "Wrapper": "build the model without it",
    "SpectralNormalization": "build the model without it",
}
"""Layer of Keras that an imported model cannot have → advice."""

MARKS: Final = frozenset(
    {"__keras_tensor__", "__slice__", "__ellipsis__", "__tuple__", "__numpy__"}
)
"""Class names that Keras writes for tensors, slices, tuples and arrays."""

ADVICE: Final = {
    "Lambda": (
        "a Lambda layer is code; where it only casts its input, declare so in the mapping "
        '([lambda], "{name}" = "float32"), else build the model with layers or keras.ops in its place'
    ),
    "StringLookup": "give the model numbers, and save what maps texts to them beside it",
    "IntegerLookup": "give the model numbers, and save what maps ids to them beside it",
    "TextVectorization": "give the model vectors, and save the words' vectors beside it",
    "TFSMLayer": "save the Keras model itself with model.save('model.keras')",
    "Model": "build it with keras.Model(inputs, outputs) and save it with model.save('model.keras')",
}
"""Advice for common classes that are not on the list."""
