using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioHub.Host.Cli;

/// <summary>What a verb has to say: as one JSON document, or as text for people.</summary>
/// <param name="Json">With <c>--json</c>.</param>
/// <param name="Print">Without.</param>
/// <param name="ExitCode">0 = success.</param>
internal sealed record Answer(JsonNode Json, Action<TextWriter> Print, int ExitCode = 0)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void WriteTo(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(Json.ToJsonString(Readable));
        }
        else
        {
            Print(output);
        }
    }
}
