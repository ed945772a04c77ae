using AioHub.Wire.Json;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>The members of an event, found in one walk.</summary>
internal ref struct OpenAiResponsesStreamEvent
{
    public JsonView Type;
    public JsonView Delta;
    public JsonView Item;
    public JsonView Response;
    public JsonView Text;
    public JsonView Arguments;
    public JsonView Input;
    public JsonView Annotation;
    public JsonView LogProbs;
    public long Index;
    public long Part;
    public bool HasIndex;

    public static OpenAiResponsesStreamEvent Read(JsonView view)
    {
        var e = default(OpenAiResponsesStreamEvent);
        foreach (var field in view.Members)
        {
            if (field.Is(Names.Type))
                e.Type = field.Value;
            else if (field.Is(Names.Delta))
                e.Delta = field.Value;
            else if (field.Is("output_index"u8))
                (e.Index, e.HasIndex) = (Math.Max(field.Value.AsInteger() ?? 0, 0), true);
            else if (field.Is("content_index"u8) || field.Is("summary_index"u8))
                e.Part = field.Value.AsInteger() ?? 0;
            else if (field.Is(Names.LogProbs))
                e.LogProbs = field.Value;
            else if (field.Is(Names.Item))
                e.Item = field.Value;
            else if (field.Is(Names.Response))
                e.Response = field.Value;
            else if (field.Is(Names.Text))
                e.Text = field.Value;
            else if (field.Is(Names.Arguments))
                e.Arguments = field.Value;
            else if (field.Is(Names.Input))
                e.Input = field.Value;
            else if (field.Is("annotation"u8))
                e.Annotation = field.Value;
        }

        return e;
    }
}
