using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using static AioHub.Wire.Dialects.Shared.PeekFields;

namespace AioHub.Wire.Dialects.Shared;

/// <summary>Kinds of marks that tell what a call needs, for the tables of the dialects: what stands at depth and is counted while a body is read.</summary>
internal static class BodyMarks
{
    /// <summary>Looked at, and nothing: no later rule of the member is asked.</summary>
    public const int Nothing = -1;
    public const int Image = 0;
    public const int Document = 1;
    /// <summary>Text or data behind what <see cref="Document"/> counted: any upstream reads it, no PDF.</summary>
    public const int PlainDocument = 2;
    public const int Audio = 3;
    public const int CacheMarker = 4;
    public const int ServerTool = 5;
    /// <summary>The name of something that an upstream keeps for one of its credentials: a file, a container, an item.</summary>
    public const int Reference = 6;
    public const int ParallelTools = 7;

    public static Needs NeedsOf(in MarkCounts counts) => counts.Packed == UInt128.Zero ? Needs.None
        : When(counts[Image] > 0, Needs.Images)
        | When(counts[Document] > counts[PlainDocument], Needs.Documents)
        | When(counts[Audio] > 0, Needs.Audio)
        | When(counts[CacheMarker] > 0, Needs.PromptCaching)
        | When(counts[ServerTool] > 0, Needs.ServerTools)
        | When(counts[Reference] > 0, Needs.Stateful)
        | When(counts[ParallelTools] > 0, Needs.ParallelTools);
}
