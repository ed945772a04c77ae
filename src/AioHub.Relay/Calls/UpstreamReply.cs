namespace AioHub.Relay.Calls;

/// <summary>An upstream's answer with success: headers are here, the body is still to come.</summary>
internal sealed class UpstreamReply(UpstreamCall call, HttpResponseMessage response, Stream body, bool events) : IDisposable
{
    public UpstreamCall Call { get; } = call;

    public HttpResponseMessage Response { get; } = response;

    public Stream Body { get; } = body;

    /// <summary>The body is a stream of events (or Gemini's growing array), by its content type and by what was asked for.</summary>
    public bool Events { get; } = events;

    public void Dispose()
    {
        Body.Dispose();
        Response.Dispose();
        Call.Request.Dispose();
    }
}
