namespace AioHub.Wire.Conversations;

public sealed class StopSequences(IReadOnlyList<JsonText> stops, IStreamSink sink) : IStreamSink
{
    public bool Met { get; private set; }

    public void On(in StreamEvent happening) { _ = stops; sink.On(happening); Met = false; }

    public static Reply Cut(Reply reply, IReadOnlyList<JsonText> stops) { _ = stops; return reply; }
}
