using System.Buffers;

namespace Harper.Host.Http.ContentTypes;

/// <summary>
/// Writes an answer in a content type other than JSON, from its JSON, in which <see cref="Harper.Core.Json.ExactValue"/> may stand. An answer that is an array comes element by
/// element, so that a long one is never in memory whole; any other is one element.
/// </summary>
internal interface IAnswerForm
{
    void BeginArray(IBufferWriter<byte> output);

    void Element(ReadOnlySpan<byte> json, IBufferWriter<byte> output);

    void EndArray(IBufferWriter<byte> output);

    /// <summary>What could not be written before the end was known.</summary>
    void Finish(IBufferWriter<byte> output);
}
