using AioHub.Wire.Json;
using Names = AioHub.Wire.Dialects.OpenAiResponses.OpenAiResponsesNames;

namespace AioHub.Wire.Dialects.OpenAiResponses;

/// <summary>The members of an event, found in one walk.</summary>
internal readonly ref struct OpenAiResponsesStreamEvent
{
    public readonly JsonView Type;
    public readonly JsonView Delta;
    public readonly JsonView Item;
    public readonly JsonView Response;
    public readonly JsonView Text;
    public readonly JsonView Arguments;
    public readonly JsonView Input;
    public readonly JsonView Annotation;
    public readonly JsonView LogProbs;
    public readonly long Index;
    public readonly long Part;
    public readonly bool HasIndex;

    public OpenAiResponsesStreamEvent(JsonView view)
    {
        foreach (var field in view.Members)
        {
            if (field.Is(Names.Type))
                Type = field.Value;
            else if (field.Is(Names.Delta))
                Delta = field.Value;
            else if (field.Is("output_index"u8))
                (Index, HasIndex) = (Math.Max(field.Value.AsInteger() ?? 0, 0), true);
            else if (field.Is("content_index"u8) || field.Is("summary_index"u8))
                Part = field.Value.AsInteger() ?? 0;
            else if (field.Is(Names.LogProbs))
                LogProbs = field.Value;
            else if (field.Is(Names.Item))
                Item = field.Value;
            else if (field.Is(Names.Response))
                Response = field.Value;
            else if (field.Is(Names.Text))
                Text = field.Value;
            else if (field.Is(Names.Arguments))
                Arguments = field.Value;
            else if (field.Is(Names.Input))
                Input = field.Value;
            else if (field.Is("annotation"u8))
                Annotation = field.Value;
        }
    }
}
