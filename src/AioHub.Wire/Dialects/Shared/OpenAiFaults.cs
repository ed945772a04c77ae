namespace AioHub.Wire.Dialects.Shared;

/// <summary>Why a request of OpenAI's dialects cannot be read for another one.</summary>
internal static class OpenAiFaults
{
    /// <param name="path">The field, such as <c>messages[3].content</c>.</param>
    /// <param name="must">What it must be: the sentence's end without its full stop.</param>
    public static RequestFault Wrong(string path, string must) => new("invalid_field", $"\"{path}\" must be {must}.", path);

    /// <param name="remedy">What to send: a whole sentence.</param>
    public static RequestFault Missing(string path, string remedy) => new("missing_field", $"\"{path}\" is missing. {remedy}", path);
}
