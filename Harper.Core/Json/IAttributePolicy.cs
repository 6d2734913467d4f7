using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>What becomes of an attribute that a client sent.</summary>
public enum AttributeTreatment : byte
{
    /// <summary>Taken as it is.</summary>
    Keep,

    /// <summary>Left out: the node assigns it, or it may not be set.</summary>
    Skip,

    /// <summary>Written by <see cref="IAttributePolicy.Write"/>, which checks or converts it.</summary>
    Convert,
}

/// <summary>A table's say in how its attributes are read from JSON: types, required values, what the node assigns.</summary>
public interface IAttributePolicy
{
    /// <summary>Asked once per attribute and place in a record; the answer is kept. May refuse by throwing.</summary>
    AttributeTreatment TreatmentOf(string attribute);

    /// <summary>
    /// Writes exactly one value for the attribute. The reader stands on the first token of its JSON value and is left on the
    /// last. <see cref="JsonValueReader"/> writes it as it is. Refuses by throwing.
    /// </summary>
    void Write(string attribute, ref Utf8JsonReader json, RecordBuffer values);
}
