using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AioHub.Relay.Carriers.Sandbox;

/// <summary>Reads the multipart form of images/edits into the JSON it would be, pictures left out.</summary>
internal static class SandboxForm
{
    private const int MostParts = 64;
    private const int LongestField = 1 << 20;

    /// <summary>The fields as a JSON body; null with a complaint when the form is broken or lacks a picture.</summary>
    public static async Task<(byte[]? Body, string? Complaint)> ReadAsync(byte[] form, string? contentType, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
            return (null, "images/edits takes multipart/form-data with a boundary.");
        var fields = new JsonObject();
        var pictures = 0;
        try
        {
            using var stream = new MemoryStream(form, writable: false);
            var reader = new MultipartReader(boundary, stream);
            for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
            {
                if (parts == MostParts)
                    return (null, $"The form has more than {MostParts} parts.");
                if (section.GetContentDispositionHeader() is not { } disposition || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                    return (null, "A part of the form has no name.");
                if (name is "image" or "image[]")
                {
                    pictures++;
                    continue;
                }

                using var text = new StreamReader(section.Body, Encoding.UTF8);
                var value = await text.ReadToEndAsync(cancellationToken);
                if (value.Length <= LongestField && name != "mask")
                    fields[name] = Typed(name, value);
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return (null, $"The form is broken: {exception.Message}");
        }

        return pictures == 0 ? (null, "Missing required parameter: 'image'.") : (SandboxFrames.Json(fields), null);
    }

    private static JsonNode Typed(string name, string value)
    {
        if (name == "n" && int.TryParse(value, out var number))
            return number;
        return name == "stream" && value is "true" or "false" ? value == "true" : value;
    }

    /// <summary>Images/edits as JSON (pictures by address), which some clients send: it needs a picture as well.</summary>
    public static bool HasPicture(JsonElement root) => root.Get("image", "images") is not null;
}
