using System.Text;

namespace AioHub.Bench.Load;

/// <summary>The requests, as bytes, the same for every contestant.</summary>
internal static class Requests
{
    private const string Words = "The quick brown fox jumps over the lazy dog while \\\"quoted\\\" text, numbers like 42 and a line\\nbreak pass by. ";

    /// <summary>A Chat request whose body has about <paramref name="bodyBytes"/> bytes.</summary>
    public static byte[] Chat(string key, string model, int bodyBytes, bool stream = false) => Post("/v1/chat/completions", key,
        $$"""{"model":"{{model}}",{{(stream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true}," : "")}}"max_tokens":256,"messages":[{"role":"system","content":"You are helpful."},{"role":"user","content":"{{Text(bodyBytes)}}"}]}""");

    /// <summary>A Messages request, streamed.</summary>
    public static byte[] Messages(string key, string model, int bodyBytes) => Post("/v1/messages", key,
        $$"""{"model":"{{model}}","max_tokens":256,"stream":true,"system":"You are helpful.","messages":[{"role":"user","content":"{{Text(bodyBytes)}}"}]}""",
        "anthropic-version: 2023-06-01\r\n");

    /// <summary>A Chat request with one picture in base64, <paramref name="pictureBytes"/> characters of it.</summary>
    public static byte[] Picture(string key, string model, int pictureBytes)
    {
        byte[] bytes = new byte[pictureBytes / 4 * 3];
        new Random(20261123).NextBytes(bytes);
        return Post("/v1/chat/completions", key,
            $$$"""{"model":"{{{model}}}","max_tokens":256,"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Convert.ToBase64String(bytes)}}}"}}]}]}""");
    }

    /// <summary>Asks for a picture; the stub's has 20 MB.</summary>
    public static byte[] Generation(string key, string model) => Post("/v1/images/generations", key, $$"""{"model":"{{model}}","prompt":"A red square.","n":1}""");

    /// <summary>A form of a transcription: the model, then <paramref name="fileBytes"/> bytes of sound.</summary>
    public static byte[] Form(string key, string model, int fileBytes) => Form("/v1/audio/transcriptions", key, fileBytes, "name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav", ("model", model));

    /// <summary>A form of an edit: the model and the wish, then <paramref name="fileBytes"/> bytes of a picture.</summary>
    public static byte[] Edit(string key, string model, int fileBytes) =>
        Form("/v1/images/edits", key, fileBytes, "name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png", ("model", model), ("prompt", "Make it red."), ("n", "1"));

    private static byte[] Form(string path, string key, int fileBytes, string part, params (string Name, string Value)[] fields)
    {
        byte[] file = new byte[fileBytes];
        new Random(20261123).NextBytes(file);
        const string boundary = "bench-5f0c9a7e1d";
        string before = string.Concat(fields.Select(static field => $"--{boundary}\r\nContent-Disposition: form-data; name=\"{field.Name}\"\r\n\r\n{field.Value}\r\n"));
        byte[] head = Encoding.ASCII.GetBytes($"{before}--{boundary}\r\nContent-Disposition: form-data; {part}\r\n\r\n");
        byte[] end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        byte[] start = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nAuthorization: Bearer {key}\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {head.Length + file.Length + end.Length}\r\n\r\n");
        return [.. start, .. head, .. file, .. end];
    }

    private static string Text(int bytes)
    {
        var text = new StringBuilder(bytes + Words.Length);
        while (text.Length < bytes - 180) text.Append(Words);
        return text.ToString();
    }

    private static byte[] Post(string path, string key, string body, string extra = "") => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nAuthorization: Bearer {key}\r\n{extra}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
