using System.Buffers;
using System.Buffers.Text;
using AioHub.Wire.Conversations;
using AioHub.Wire.Json;
using Chat = AioHub.Wire.Dialects.OpenAiChat.OpenAiChatNames.Chat;

namespace AioHub.Wire.Dialects.OpenAiChat;

/// <summary>Sound that a stream gives in pieces, each in base64 of its own, with its transcript in pieces beside it.</summary>
internal sealed class OpenAiChatSound
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ArrayBufferWriter<byte> _transcript = new();
    private byte[] _id = [];

    public void Add(JsonView audio)
    {
        var id = audio[Chat.Id];
        if (_id.Length == 0 && id.IsText && id.Length > 2)
            _id = id.Raw.ToArray();

        var words = audio[Chat.Transcript];
        if (words.IsText)
            _transcript.Write(words.Raw[1..^1]);

        var data = audio[Chat.Data];
        if (!data.IsText || data.Length == 2)
            return;

        var plain = JsonText.FromQuoted(data.Raw.ToArray()).Decode().Span;
        if (Base64.DecodeFromUtf8(plain, _bytes.GetSpan(Base64.GetMaxDecodedFromUtf8Length(plain.Length)), out _, out var written) == OperationStatus.Done)
            _bytes.Advance(written);
    }

    /// <summary>Null when there was nothing.</summary>
    public AudioBlock? Take()
    {
        if (_bytes.WrittenCount == 0 && _transcript.WrittenCount == 0)
            return null;

        var data = new byte[Base64.GetMaxEncodedToUtf8Length(_bytes.WrittenCount) + 2];
        data[0] = (byte)'"';
        Base64.EncodeToUtf8(_bytes.WrittenSpan, data.AsSpan(1), out _, out var written);
        data[written + 1] = (byte)'"';
        return new AudioBlock(
            new MediaSource { Data = _bytes.WrittenCount == 0 ? default : JsonText.FromQuoted(data.AsMemory(0, written + 2)), FileId = _id.Length == 0 ? default : JsonText.FromQuoted(_id) }, null)
        {
            Transcript = _transcript.WrittenCount == 0 ? default : JsonText.FromQuoted((byte[])[(byte)'"', .. _transcript.WrittenSpan, (byte)'"']),
        };
    }
}
