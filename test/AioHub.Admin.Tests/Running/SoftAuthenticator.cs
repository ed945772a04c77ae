using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AioHub.Admin.Tests.Running;

/// <summary>An authenticator in software (WebAuthn level 3): one ES256 key, no attestation, user present and verified.</summary>
internal sealed class SoftAuthenticator(string origin) : IDisposable
{
    private const byte PresentAndVerified = 0x05;
    private const byte AttestedData = 0x40;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private byte[] _user = [];
    private uint _count;

    /// <summary>What <c>navigator.credentials.create</c> gives.</summary>
    public JsonNode Create(JsonNode options)
    {
        _user = Base64Url.DecodeFromChars((string)options["user"]!["id"]!);
        var client = Client("webauthn.create", (string)options["challenge"]!);
        var data = new List<byte>(Data((string?)options["rp"]!["id"], PresentAndVerified | AttestedData));
        data.AddRange(new byte[16]);
        data.AddRange([0, (byte)_id.Length]);
        data.AddRange(_id);
        data.AddRange(PublicKey());
        var writer = new CborWriter();
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString("none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString([.. data]);
        writer.WriteEndMap();
        return Credential(new JsonObject { ["clientDataJSON"] = Text(client), ["attestationObject"] = Text(writer.Encode()), ["transports"] = new JsonArray("internal") });
    }

    /// <summary>What <c>navigator.credentials.get</c> gives.</summary>
    public JsonNode Get(JsonNode options)
    {
        _count++;
        var client = Client("webauthn.get", (string)options["challenge"]!);
        var data = Data((string?)options["rpId"], PresentAndVerified);
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new JsonObject
        {
            ["clientDataJSON"] = Text(client), ["authenticatorData"] = Text(data), ["signature"] = Text(signature), ["userHandle"] = Text(_user),
        });
    }

    public void Dispose() => _key.Dispose();

    private byte[] Client(string type, string challenge) => Encoding.UTF8.GetBytes(
        new JsonObject { ["type"] = type, ["challenge"] = challenge, ["origin"] = origin, ["crossOrigin"] = false }.ToJsonString());

    private byte[] Data(string? party, byte flags)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(party ?? new Uri(origin).Host)).CopyTo(data, 0);
        data[32] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), _count);
        return data;
    }

    /// <summary>COSE (RFC 9053): EC2, ES256, P-256.</summary>
    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        writer.WriteInt32(1);
        writer.WriteInt32(2);
        writer.WriteInt32(3);
        writer.WriteInt32(-7);
        writer.WriteInt32(-1);
        writer.WriteInt32(1);
        writer.WriteInt32(-2);
        writer.WriteByteString(point.X!);
        writer.WriteInt32(-3);
        writer.WriteByteString(point.Y!);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private JsonObject Credential(JsonObject response) => new()
    {
        ["id"] = Text(_id), ["rawId"] = Text(_id), ["type"] = "public-key", ["authenticatorAttachment"] = "platform", ["clientExtensionResults"] = new JsonObject(), ["response"] = response,
    };

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
